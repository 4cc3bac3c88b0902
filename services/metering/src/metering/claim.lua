-- Reserves an account for the guest it is to take over, so that no guest is spent for an account
-- that cannot have it.
--
-- KEYS 1 merge  hash of the account: 'guest' it takes over; once it has, 'entry' and 'resources';
--               'erased' when the account is no more
--      2 shard  hash: 'run', as decide.lua has it
-- ARGV 1 guest
--      2 keep   milliseconds to remember it; 0 gives the account back, unless the merge is done
--      3 run    of the server that this was sent to
-- Answers { state, resources, entry }: taken by another guest, or erased; claimed; again when the
-- merge is done, with how many resources became free and '<epoch> <entry>' of the record; or
-- closed as decide.lua has it.
if redis.call('HGET', KEYS[2], 'run') ~= ARGV[3] then return { 'closed', 0, '' } end
local held = redis.call('HMGET', KEYS[1], 'guest', 'resources', 'entry', 'erased')
if held[4] or (held[1] and held[1] ~= ARGV[1]) then return { 'taken', 0, '' } end
if held[3] then return { 'again', tonumber(held[2]), held[3] } end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
elseif not held[1] then
  redis.call('HSET', KEYS[1], 'guest', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return { 'claimed', 0, '' }
