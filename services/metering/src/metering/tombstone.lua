-- Spends a guest for good on behalf of one account, records that, and tells what it may see.
--
-- KEYS 1 merge    the guest's tombstone: the account it went to, '' once that is erased
--      2 use      the guest's views of the period, as decide.lua has them
--      3 shard    hash: 'clock', 'epoch' and 'run', as decide.lua has them
--      4 outbox   stream of the shard's entries that the ledger does not have yet
-- ARGV 1 account
--      2 now      milliseconds since 1970, by the caller's clock
--      3 ends     first moment after a calendar month; 0 for days from the first grant
--      4 length   milliseconds of a period of days; 0 for a calendar month
--      5 keep     milliseconds to keep the tombstone
--      6 at_most  resources to answer
--      7 room     entries the outbox may hold
--      8 guest
--      9 run      of the server that this was sent to
-- Answers { state, clock, resources... }: spent when the guest went to another account; stale when
-- the month asked for is over by the shard's clock, nothing being done; full when the outbox has
-- no room and closed as decide.lua has it, likewise; or merged, with the resources of the period
-- in force.
local shard = redis.call('HMGET', KEYS[3], 'clock', 'epoch', 'run')
if shard[3] ~= ARGV[9] then return { 'closed', 0 } end
local into = redis.call('GET', KEYS[1])
if into and into ~= ARGV[1] then return { 'spent', 0 } end

local now, ends, length = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
now = math.max(now, tonumber(shard[1] or 0))
if length > 0 then
  local start = tonumber(redis.call('HGET', KEYS[2], '#start') or 0)
  ends = start > 0 and start + length or 0
elseif now >= ends then
  return { 'stale', now }
end

if not into then
  if redis.call('XLEN', KEYS[4]) >= tonumber(ARGV[7]) then return { 'full', 0 } end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[5])
  redis.call('XADD', KEYS[4], '*', 'epoch', shard[2], 'event', 'guest_spent',
    'guest', ARGV[8], 'account', ARGV[1], 'at', string.format('%.0f', now))
end
local answer = { 'merged', now }
if now < ends then
  for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
    if string.sub(field, 1, 1) == '=' and #answer < tonumber(ARGV[6]) + 2 then
      answer[#answer + 1] = string.sub(field, 2)
    end
  end
end
return answer
