package edifact

import apipnr "github.com/openbmis/openbmis/api_pnr"

// Limits bound what one body may hold. What lies beyond a bound is not read, and a diagnostic of apipnr.CodeLimit says so.
type Limits struct {
	Bytes        int // of the body
	Messages     int // in it; as many interchanges
	Segments     int // of one message
	SegmentBytes int // of one segment, so of one element too
	Components   int // of one segment
	Records      int // travellers or reservations of one message
	Diagnostics  int // kept of one message; the last of them says that there were more
}

// DefaultLimits are wide enough for the largest push of an aircraft and its history.
func DefaultLimits() Limits {
	return Limits{
		Bytes: apipnr.MaxBody, Messages: 5_000, Segments: 2_000_000, SegmentBytes: 64 << 10, Components: 2_000,
		Records: 100_000, Diagnostics: 500,
	}
}
