-- Takes or keeps a lease, unless somebody else holds it.
--
-- KEYS 1 lease. ARGV 1 holder, 2 milliseconds to hold it; 0 gives it back.
-- Answers 1 when the holder has it after this call, else 0.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
