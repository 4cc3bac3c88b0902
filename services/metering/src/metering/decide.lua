-- Decides one question and records a grant, in one atomic step.
--
-- KEYS  1 use      hash of one subject, action and period: '#charged' (units spent), '#start' (of
--                  days from the first grant) and one field '=<resource>' for each resource that
--                  is free from now on, holding '<entry> <request>' of the grant, or 'merged'
--       2 outbox   stream of the shard's grants that the ledger does not have yet
--       3 shard    hash: 'clock', the latest moment at which a unit of this shard was charged, and
--                  'epoch', which changes when the store is lost
--       4 merge    of a guest, and given only then: exists once the guest went to an account
--       then before  use of the period before; given only while a repeated request may still ask
--                of it
-- ARGV  1 now      milliseconds since 1970, by the caller's clock
--       2 start    first moment of the period; 0 for days from the first grant
--       3 ends     first moment after it; 0 likewise
--       4 length   milliseconds of a period of days; 0 for a calendar month
--       5 limit    units in the period; -1 for unlimited
--       6 peek     '1': charge nothing
--       7 grace    milliseconds to remember a period after its end
--       8 room     entries the outbox may hold
--       9 tag      makes the name of an epoch begun now unique
--      10 request  the request's id, or ''
--      11-15       resource, subject kind, subject id, plan, action
-- Answers { verdict, charged, ends, epoch, entry }. The verdict is granted, repeat or denied; full
-- when the outbox has no room, nothing being charged; or stale when the period asked for is over
-- by the shard's clock, which then stands in place of charged; or merged when the guest went to an
-- account, which leaves it what it has seen and nothing else: all of its limit counts as charged.
local now, start, ends = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local length, limit, peek = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'
local request, resource = ARGV[10], '=' .. ARGV[11]
local is_guest = ARGV[12] == 'guest'
local before = KEYS[is_guest and 5 or 4]

-- Processes' clocks differ; no unit is charged at an earlier moment than the one before it.
local shard = redis.call('HMGET', KEYS[3], 'clock', 'epoch')
now = math.max(now, tonumber(shard[1] or 0))
local epoch = shard[2]

-- The same request again, its answer having been lost on the way, is the same grant.
local function granted_before(key, seen)
  local entry, by = string.match(seen or '', '^(%S+) (%S+)$')
  if by and by == request and not peek then
    return { 'granted', tonumber(redis.call('HGET', key, '#charged')), ends, epoch, entry }
  end
end

local use = redis.call('HMGET', KEYS[1], '#charged', '#start', resource)
local charged, seen = tonumber(use[1] or 0), use[3]
if length > 0 then
  start = tonumber(use[2] or 0)
  ends = start > 0 and start + length or 0
end
local same = granted_before(KEYS[1], seen)
if same then return same end

if length > 0 then
  if start > 0 and now >= ends then
    charged, start, ends, seen = 0, 0, 0, false
    if not peek then redis.call('DEL', KEYS[1]) end
  end
elseif now >= ends then
  return { 'stale', now, 0, '', '' }
end

local merged = is_guest and redis.call('EXISTS', KEYS[4]) == 1
-- No period to come gives a merged guest anything.
if merged then charged, ends = math.max(charged, limit), 0 end
if seen then return { 'repeat', charged, ends, '', '' } end

if before then
  same = granted_before(before, redis.call('HGET', before, resource))
  if same then
    same[3] = start
    return same
  end
end
if merged then return { 'merged', charged, ends, '', '' } end
if peek or (limit >= 0 and charged >= limit) then return { 'denied', charged, ends, '', '' } end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[8]) then return { 'full', charged, ends, '', '' } end

local function whole(number) return string.format('%.0f', number) end

if not epoch then
  epoch = string.format('%011x', now) .. ARGV[9]
  redis.call('HSET', KEYS[3], 'epoch', epoch)
end
redis.call('HSET', KEYS[3], 'clock', whole(now))
charged = charged + 1
if start == 0 then
  start, ends = now, now + length
  redis.call('HSET', KEYS[1], '#start', whole(start))
end
local entry = redis.call('XADD', KEYS[2], '*',
  'epoch', epoch, 'kind', ARGV[12], 'id', ARGV[13], 'plan', ARGV[14], 'action', ARGV[15],
  'resource', ARGV[11], 'at', whole(now), 'start', whole(start), 'ends', whole(ends))
redis.call('HSET', KEYS[1], '#charged', charged, resource, entry .. ' ' .. request)
if charged == 1 then
  redis.call('PEXPIREAT', KEYS[1], whole(ends + tonumber(ARGV[7])))
end
return { 'granted', charged, ends, epoch, entry }
