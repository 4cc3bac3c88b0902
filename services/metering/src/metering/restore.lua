-- Gives one subject, action and period back what the ledger says of it; what is there stays.
-- Repeating changes nothing, and it may run while the shard is open.
--
-- KEYS 1 use    as decide.lua has it
-- ARGV 1 start  first moment of days from the first grant; 0 for a calendar month
--      2 until  moment to forget it, milliseconds since 1970
--      3 limit  '<units> <plan>', or '' when not known
--      4...     pairs of a resource and what to hold for it, as decide.lua has it
-- Answers how many units were missing.
local start = tonumber(ARGV[1])
if start > 0 then
  local held = tonumber(redis.call('HGET', KEYS[1], '#start') or 0)
  if held > start then return 0 end
  if held > 0 and held < start then redis.call('DEL', KEYS[1]) end
  redis.call('HSET', KEYS[1], '#start', ARGV[1])
end
local missing = 0
for number = 4, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], '=' .. ARGV[number], ARGV[number + 1]) == 1
      and ARGV[number + 1] ~= 'merged' then
    missing = missing + 1
  end
end
if missing > 0 then redis.call('HINCRBY', KEYS[1], '#charged', missing) end
if ARGV[3] ~= '' then
  local kept = redis.call('HGET', KEYS[1], '#limit')
  local had = kept and tonumber(string.match(kept, '^%S+')) or 0
  local has = tonumber(string.match(ARGV[3], '^%S+'))
  if not kept or (had >= 0 and (has < 0 or has > had)) then
    redis.call('HSET', KEYS[1], '#limit', ARGV[3])
  end
end
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return missing
