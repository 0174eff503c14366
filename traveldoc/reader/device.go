package reader

import "context"

// Reader is a document reader within this process: a driver, a chip reader, or the simulated one. Vendors whose software runs apart post
// the same Reading as JSON instead.
type Reader interface {
	// Device is what the reader calls itself.
	Device() Device
	// Next waits for the next document and gives what was read of it. It returns soon after ctx ends, with its error; io.EOF says that
	// no further document will come. A document of which nothing can be read is a reading without content, not an error.
	Next(ctx context.Context) (*Reading, error)
}
