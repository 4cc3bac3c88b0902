-- Makes a guest's resources free for the account that takes it over, and records that, in one
-- atomic step that happens once.
--
-- KEYS 1 merge    hash of the account, as claim.lua has it
--      2 use      the account's views of the period, as decide.lua has them
--      3 outbox   stream of the shard's entries that the ledger does not have yet
--      4 shard    hash: 'clock', 'epoch' and 'run', as decide.lua has them
-- ARGV 1 now      milliseconds since 1970, by the caller's clock
--      2 start    first moment of the period; 0 for days from the first grant
--      3 ends     first moment after it; 0 likewise
--      4 length   milliseconds of a period of days; 0 for a calendar month
--      5 grace    milliseconds to remember a period after its end
--      6 room     entries the outbox may hold
--      7 keep     milliseconds to remember the merge
--      8-11       guest, account, plan, action
--      12...      resources
--      last run   of the server that this was sent to
-- Answers { state, resources, entry }: taken, again and closed as claim.lua has them; merged; full
-- when the outbox has no room, and stale when the month is over by the shard's clock, which then
-- stands in place of resources, nothing being done.
local shard = redis.call('HMGET', KEYS[4], 'clock', 'epoch', 'run')
if shard[3] ~= ARGV[#ARGV] then return { 'closed', 0, '' } end
local guest = ARGV[8]
local held = redis.call('HMGET', KEYS[1], 'guest', 'resources', 'entry', 'erased')
if held[4] or (held[1] and held[1] ~= guest) then return { 'taken', 0, '' } end
if held[3] then return { 'again', tonumber(held[2]), held[3] } end

local now, start, ends = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local length, grace = tonumber(ARGV[4]), tonumber(ARGV[5])
now = math.max(now, tonumber(shard[1] or 0))
if length == 0 and now >= ends then return { 'stale', now, '' } end
if redis.call('XLEN', KEYS[3]) >= tonumber(ARGV[6]) then return { 'full', 0, '' } end

local function whole(number) return string.format('%.0f', number) end

local epoch = shard[2]
local resources = #ARGV - 12
redis.call('HSET', KEYS[4], 'clock', whole(now))

if length > 0 then
  start = tonumber(redis.call('HGET', KEYS[2], '#start') or 0)
  if start > 0 and now >= start + length then
    redis.call('DEL', KEYS[2])
    start = 0
  end
  if start == 0 and resources > 0 then
    start = now
    redis.call('HSET', KEYS[2], '#start', whole(start))
  end
  ends = start > 0 and start + length or 0
end

local added = {}
for number = 12, 11 + resources do
  -- In place of '<name> <request>': no request is to be answered with a grant of it.
  if redis.call('HSETNX', KEYS[2], '=' .. ARGV[number], 'merged') == 1 then
    added[#added + 1] = ARGV[number]
  end
end
if #added > 0 then redis.call('PEXPIREAT', KEYS[2], whole(ends + grace)) end

local entry = epoch .. ' ' .. redis.call('XADD', KEYS[3], '*',
  'epoch', epoch, 'event', 'allowance_merged', 'guest', guest, 'account', ARGV[9],
  'plan', ARGV[10], 'action', ARGV[11], 'resources', table.concat(added, '\n'),
  'at', whole(now), 'start', whole(start), 'ends', whole(ends),
  'period', string.match(KEYS[2], '[^:]+$'))
redis.call('HSET', KEYS[1], 'guest', guest, 'resources', #added, 'entry', entry)
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return { 'merged', #added, entry }
