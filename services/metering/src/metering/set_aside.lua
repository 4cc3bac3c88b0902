-- Moves one entry that the ledger refuses out of the way of the others.
--
-- KEYS 1 outbox, 2 refused: streams. ARGV 1 entry, 2 why. Answers 1 when it was there.
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not found then return 0 end
redis.call('XADD', KEYS[2], '*', '#entry', ARGV[1], '#why', ARGV[2], unpack(found[2]))
return redis.call('XDEL', KEYS[1], ARGV[1])
