-- One new guest of a network. KEYS[1]: how many the network has brought today.
-- ARGV: how many it may bring, seconds after which the count is forgotten.
-- Answers: whether this one is counted, and so let in.
local brought = tonumber(redis.call('GET', KEYS[1]) or '0')
if brought >= tonumber(ARGV[1]) then
  return {0}
end
redis.call('SET', KEYS[1], brought + 1, 'EX', ARGV[2])
return {1}
