package visaregdb

import "sync"

// mostChanged is how many numbers are remembered; beyond it any visa may have changed.
const mostChanged = 10_000

// Changed remembers which visas a Sink was told of, until somebody takes them: whoever was answered before has to be answered again. It is
// safe for concurrent use. A nil one remembers nothing.
type Changed struct {
	mu      sync.Mutex
	any     bool
	numbers map[string]bool
}

func (c *Changed) add(numbers ...string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.any || len(c.numbers)+len(numbers) > mostChanged {
		c.any, c.numbers = true, nil
		return
	}
	if c.numbers == nil {
		c.numbers = map[string]bool{}
	}
	for _, n := range numbers {
		c.numbers[n] = true
	}
}

func (c *Changed) addAll() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.any, c.numbers = true, nil
}

// Take tells which visas changed since it was asked last: of those whose change is not committed yet it may tell too early, so it is asked
// after the commit.
func (c *Changed) Take() (changed func(number string) bool) {
	if c == nil {
		return func(string) bool { return false }
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	everything, numbers := c.any, c.numbers
	c.any, c.numbers = false, nil
	return func(number string) bool { return number != "" && (everything || numbers[number]) }
}
