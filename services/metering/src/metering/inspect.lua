-- Tells whether a shard is open on the server that is asked, and how far its record goes.
--
-- KEYS 1 shard   hash: 'clock', 'epoch' and 'run', as decide.lua has them
--      2 outbox  stream of the shard's entries
-- ARGV 1 run     of the server that this was sent to
-- Answers { open, clock, epoch, last }: open is 1 or 0; epoch is '' and last, the latest entry
-- ever recorded in the outbox, '0-0' where there is none.
local shard = redis.call('HMGET', KEYS[1], 'clock', 'epoch', 'run')
local last = '0-0'
if redis.call('EXISTS', KEYS[2]) == 1 then
  local facts = redis.call('XINFO', 'STREAM', KEYS[2])
  for number = 1, #facts, 2 do
    if facts[number] == 'last-generated-id' then last = facts[number + 1] end
  end
end
return { shard[3] == ARGV[1] and 1 or 0, tonumber(shard[1] or 0), shard[2] or '', last }
