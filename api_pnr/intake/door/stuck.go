package door

import "sync"

// stuck tells a message that cannot be kept from a keeper that is away. While nothing at all is kept, waiting is right, for days if need
// be: a failure counts against a message only when others were kept since the last one.
type stuck struct {
	mu     sync.Mutex
	kept   uint64             // messages that were kept so far
	failed map[uint64]failure // by sequence; as many as are under way
}

type failure struct {
	times int
	at    uint64 // of kept
}

func (s *stuck) keptOne(sequence uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept++
	delete(s.failed, sequence)
}

// fails counts a failure, and gives how many of them are the message's own.
func (s *stuck) fails(sequence uint64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.failed[sequence]
	if known && s.kept > f.at {
		f.times++
	}
	f.at = s.kept
	s.failed[sequence] = f
	return f.times
}

func (s *stuck) forget(sequence uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failed, sequence)
}
