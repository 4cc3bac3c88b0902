-- Reserves an account for the guest it is to take over, so that no guest is spent for an account
-- that cannot have it.
--
-- KEYS 1 merge  hash of the account: 'guest' it takes over; once it has, 'entry' and 'resources'
-- ARGV 1 guest
--      2 keep   milliseconds to remember it; 0 gives the account back, unless the merge is done
-- Answers { state, resources, entry }: taken by another guest; claimed; or again when the merge is
-- done, with how many resources became free and '<epoch> <entry>' of the record.
local held = redis.call('HMGET', KEYS[1], 'guest', 'resources', 'entry')
if held[1] and held[1] ~= ARGV[1] then return { 'taken', 0, '' } end
if held[3] then return { 'again', tonumber(held[2]), held[3] } end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
elseif not held[1] then
  redis.call('HSET', KEYS[1], 'guest', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return { 'claimed', 0, '' }
