-- Decides one question and records a grant, in one atomic step.
--
-- KEYS  1 use      hash of one subject, action and period: '#charged' (units spent), '#start' (of
--                  days from the first grant), '#limit' ('<units> <plan>', the most that a plan
--                  held within the period gives) and one field '=<resource>' for each resource
--                  that is free from now on, holding '<epoch>-<entry> <request>' of the grant, or
--                  'merged'
--       2 outbox   stream of the shard's grants that the ledger does not have yet
--       3 shard    hash: 'clock', the latest moment at which a unit of this shard was charged,
--                  'run', the server's run on which the shard was last found whole, and 'epoch',
--                  which changes with it
--       4 merge    of a guest: exists once it went to an account; of an account: a hash, whose
--                  field 'erased' says that it is no more
--       5 before   use of the period before; given only while a repeated request may still ask
--                  of it
-- ARGV  1 now      milliseconds since 1970, by the caller's clock
--       2 start    first moment of the period; 0 for days from the first grant
--       3 ends     first moment after it; 0 likewise
--       4 length   milliseconds of a period of days; 0 for a calendar month
--       5 limit    units in the period by the plan; -1 for unlimited
--       6 peek     '1': charge nothing
--       7 grace    milliseconds to remember a period after its end
--       8 room     entries the outbox may hold
--       9 request  the request's id, or ''
--      10-12       resource, subject kind, subject id
--      13 mine     '<limit> <plan>' of the plan
--      14 action
--      15 run      of the server that this was sent to
-- Answers { verdict, charged, ends, name, held }: name is '<epoch>-<entry>' of a grant; held is
-- there only where a larger plan of the period is in force than asked with: its '<limit> <plan>'.
-- The verdict is granted, repeat or denied; full when the outbox has no room, nothing charged;
-- closed when the server was restarted, replaced or emptied and nobody has made sure yet that the
-- count is whole; stale when the period asked for is over by the shard's clock, which then stands
-- in place of charged; or merged when the guest went to an account, or the account is erased, which
-- leaves it what it has seen and nothing else: all of its limit counts as charged.
local shard = redis.call('HMGET', KEYS[3], 'clock', 'epoch', 'run')
if shard[3] ~= ARGV[15] then return { 'closed', 0, 0, '' } end

local now, start, ends = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local length, asked, peek = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'
local request, resource = ARGV[9], '=' .. ARGV[10]
local is_guest = ARGV[11] == 'guest'
local mine = ARGV[13]

-- Processes' clocks differ; no unit is charged at an earlier moment than the one before it.
local at = ARGV[1]
if shard[1] and tonumber(shard[1]) > now then
  at = shard[1]
  now = tonumber(at)
end

-- The larger of the limit asked with and the one kept: a smaller plan waits for the period's end.
local function in_force(kept)
  local units = tonumber(string.match(kept, '^%S+'))
  if asked < 0 or (units >= 0 and asked >= units) then return asked, mine end
  return units, kept
end

-- The same request again, its answer having been lost on the way, is the same grant.
local function granted_before(key, seen)
  if not seen or request == '' or peek or string.sub(seen, -#request) ~= request then return end
  local of = redis.call('HMGET', key, '#charged', '#limit')
  local _, force = in_force(of[2] or mine)
  local name = string.match(seen, '^%S+')
  return { 'granted', tonumber(of[1]), ends, name, force ~= mine and force or nil }
end

local use = redis.call('HMGET', KEYS[1], '#charged', resource, '#limit', '#start')
local charged, seen, kept = tonumber(use[1] or 0), use[2], use[3]
if length > 0 then
  start = tonumber(use[4] or 0)
  ends = start > 0 and start + length or 0
end
local same = granted_before(KEYS[1], seen)
if same then return same end

if length > 0 then
  if start > 0 and now >= ends then
    charged, start, ends, kept, seen = 0, 0, 0, false, false
    if not peek then redis.call('DEL', KEYS[1]) end
  end
elseif now >= ends then
  return { 'stale', now, 0, '' }
end

local limit, force = asked, mine
if kept and kept ~= mine then limit, force = in_force(kept) end
local merged
if is_guest then
  merged = redis.call('EXISTS', KEYS[4]) == 1
elseif charged == 0 then
  merged = redis.call('HEXISTS', KEYS[4], 'erased') == 1
end
local function answer(verdict, name)
  return { verdict, charged, ends, name, force ~= mine and force or nil }
end
-- No period to come gives a merged guest anything.
if merged then charged, ends = math.max(charged, limit), 0 end
if seen then
  if kept and kept ~= force and not peek then redis.call('HSET', KEYS[1], '#limit', force) end
  return answer('repeat', '')
end

if KEYS[5] then
  same = granted_before(KEYS[5], redis.call('HGET', KEYS[5], resource))
  if same then
    same[3] = start
    return same
  end
end
if merged then return answer('merged', '') end
if peek or (limit >= 0 and charged >= limit) then return answer('denied', '') end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[8]) then return answer('full', '') end

redis.call('HSET', KEYS[3], 'clock', at)
charged = charged + 1
local entry
if length > 0 then
  if start == 0 then
    start, ends = now, now + length
    redis.call('HSET', KEYS[1], '#start', at)
  end
  entry = redis.call('XADD', KEYS[2], '*', 'epoch', shard[2], 'kind', ARGV[11], 'id', ARGV[12],
    'held', force, 'action', ARGV[14], 'resource', ARGV[10], 'at', at,
    'start', string.format('%.0f', start), 'ends', string.format('%.0f', ends),
    'period', string.match(KEYS[1], '[^:]+$'))
else
  entry = redis.call('XADD', KEYS[2], '*', 'epoch', shard[2], 'kind', ARGV[11], 'id', ARGV[12],
    'held', force, 'action', ARGV[14], 'resource', ARGV[10], 'at', at,
    'start', ARGV[2], 'ends', ARGV[3])
end
local name = shard[2] .. '-' .. entry
if kept == force then
  redis.call('HSET', KEYS[1], '#charged', charged, resource, name .. ' ' .. request)
else
  redis.call('HSET', KEYS[1], '#charged', charged, '#limit', force,
    resource, name .. ' ' .. request)
end
if charged == 1 then
  redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', ends + tonumber(ARGV[7])))
end
return answer('granted', name)
