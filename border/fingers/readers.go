package fingers

import (
	"context"

	"github.com/openbmis/openbmis/biometrics/capture"
)

// Readers are the fingerprint readers of a crossing point: one beside each counter, or one for all. The zero value has none. It is a value;
// the map must not be changed once it is handed on.
type Readers struct {
	all   capture.Reader
	lanes map[string]capture.Reader
}

// OneReader is one reader for every lane, and for whoever works in none.
func OneReader(r capture.Reader) Readers { return Readers{all: r} }

// LaneReaders are readers by lane. Where none is named there is none.
func LaneReaders(lanes map[string]capture.Reader) Readers { return Readers{lanes: lanes} }

// At is the reader of a lane, "" for whoever works in none. Where there is no reader everything answers capture.ErrNoReader.
func (r Readers) At(lane string) capture.Reader {
	if one := r.lanes[lane]; one != nil {
		return one
	}
	if r.all != nil {
		return r.all
	}
	return noReader{}
}

// Has reports whether a lane has a reader.
func (r Readers) Has(lane string) bool { return r.At(lane) != capture.Reader(noReader{}) }

// noReader stands where a lane has no reader.
type noReader struct{}

func (noReader) Info(context.Context) (capture.Info, error) {
	return capture.Info{}, capture.ErrNoReader
}

func (noReader) Capture(context.Context, capture.Request) (capture.Capture, error) {
	return capture.Capture{}, capture.ErrNoReader
}

func (noReader) Preview(context.Context, capture.Request, func([]byte) error) error {
	return capture.ErrNoReader
}
