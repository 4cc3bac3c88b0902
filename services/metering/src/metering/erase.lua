-- Erases a subject: what it was granted, and whom it took over or went to.
--
-- KEYS 1 merge   as decide.lua has it
--      2 shard   hash: 'clock', 'epoch' and 'run', as decide.lua has them
--      3 outbox  stream of the shard's entries that the ledger does not have yet
--      4...      uses of the subject
-- ARGV 1 kind    'guest' or 'account'
--      2 id
--      3 now     milliseconds since 1970, by the caller's clock
--      4 keep    milliseconds to remember that the subject is no more
--      5 record  '1': tell the ledger, unless the subject was erased before
--      6 run     of the server that this was sent to
-- Answers 'erased', 'again' when it was before, or 'closed' as decide.lua has it; that the shard
-- is open matters to what is recorded only.
local shard = redis.call('HMGET', KEYS[2], 'clock', 'epoch', 'run')
local record = ARGV[5] == '1'
if record and shard[3] ~= ARGV[6] then return 'closed' end
for number = 4, #KEYS do redis.call('DEL', KEYS[number]) end
local before
if ARGV[1] == 'guest' then
  before = redis.call('GET', KEYS[1]) == ''
  redis.call('SET', KEYS[1], '', 'PX', ARGV[4])
else
  before = redis.call('HEXISTS', KEYS[1], 'erased') == 1
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'erased', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
if before then return 'again' end
if record then
  redis.call('XADD', KEYS[3], '*', 'epoch', shard[2], 'event', 'subject_erased',
    'kind', ARGV[1], 'id', ARGV[2],
    'at', string.format('%.0f', math.max(tonumber(ARGV[3]), tonumber(shard[1] or 0))))
end
return 'erased'
