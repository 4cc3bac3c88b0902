"""Recovery codes as an account is given them: with its first factor, until its last is gone.

Every function works in the transaction of *connection*.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import factor_store, recovery_codes


async def give_new(connection: AsyncConnection, account_id: str, now: datetime) -> list[str]:
    """Ten codes in place of those there are; of them only the hashes are kept."""
    codes = recovery_codes.new_codes()
    hashes = [it for it in map(recovery_codes.hash_of, codes) if it is not None]
    await factor_store.replace_codes(connection, account_id, hashes, now)
    return codes


async def give_first(connection: AsyncConnection, account_id: str, now: datetime) -> list[str]:
    """Recovery codes where the account has none; of what there is nothing can be shown again."""
    if (await factor_store.factors_of(connection, account_id)).recovery_codes_left:
        return []
    return await give_new(connection, account_id, now)


async def drop_with_last(connection: AsyncConnection, account_id: str, now: datetime) -> None:
    """Take recovery codes away with the last factor that they stand in for."""
    if not (await factor_store.factors_of(connection, account_id)).second:
        await factor_store.replace_codes(connection, account_id, (), now)
