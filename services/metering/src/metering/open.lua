-- Opens a shard on the server that is asked: its count was found whole.
--
-- KEYS 1 shard  hash: 'clock', 'epoch' and 'run', as decide.lua has them
-- ARGV 1 epoch  eight hexadecimal digits, later than any in the ledger
--      2 clock  milliseconds since 1970: the latest moment that the ledger knows of the shard
--      3 run    of the server that this was sent to
-- Answers 1, or 0 when it was open already.
local shard = redis.call('HMGET', KEYS[1], 'clock', 'epoch', 'run')
if shard[3] == ARGV[3] then return 0 end
local epoch = tonumber(ARGV[1], 16)
if shard[2] and #shard[2] == 8 then epoch = math.max(epoch, tonumber(shard[2], 16) + 1) end
redis.call('HSET', KEYS[1], 'run', ARGV[3], 'epoch', string.format('%08x', epoch),
  'clock', string.format('%.0f', math.max(tonumber(shard[1] or 0), tonumber(ARGV[2]))))
return 1
