package fingerstest

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/synthetic"
	"github.com/openbmis/openbmis/border/fingers"
)

// Reader is a capture.Reader on which the fingers of a made-up person lie. It says that it is simulated.
type Reader struct {
	// Slap as in capture.Info.
	Slap bool

	mu      sync.Mutex
	person  *synthetic.Person
	quality map[biometrics.Position]float64
	fails   error
	hold    chan struct{}
	tries   uint64
	Asked   []capture.Request
	// Shift, when set, puts another finger on the reader than was asked for.
	Shift map[biometrics.Position]biometrics.Position
}

var _ capture.Reader = (*Reader)(nil)

// NewReader makes a reader with the person of a seed before it.
func NewReader(seed uint64, slap bool) *Reader {
	return &Reader{Slap: slap, person: synthetic.NewPerson(seed), quality: map[biometrics.Position]float64{}}
}

// Fail makes the reader answer err from now on; nil ends it.
func (r *Reader) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fails = err
}

// Finger says how well a finger is taken from now on: 0 to 1.
func (r *Reader) Finger(p biometrics.Position, quality float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.quality[p] = quality
}

// Hold makes captures wait until release is called, or their context ends.
func (r *Reader) Hold() (release func()) {
	hold := make(chan struct{})
	r.mu.Lock()
	r.hold = hold
	r.mu.Unlock()
	return func() { close(hold) }
}

// Info is what it says of itself.
func (r *Reader) Info(context.Context) (capture.Info, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.info(), r.fails
}

func (r *Reader) info() capture.Info {
	return capture.Info{State: capture.Ready, Make: "Test", Model: "Reader", Serial: "1", Slap: r.Slap, Simulated: true}
}

// Capture gives an impression of each finger.
func (r *Reader) Capture(ctx context.Context, request capture.Request) (capture.Capture, error) {
	r.mu.Lock()
	hold := r.hold
	r.Asked = append(r.Asked, request)
	r.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return capture.Capture{}, ctx.Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fails != nil {
		return capture.Capture{}, r.fails
	}
	got := capture.Capture{Info: r.info()}
	for _, p := range request.Fingers {
		finger := p
		if other, ok := r.Shift[p]; ok {
			finger = other
		}
		r.tries++
		image := Impression(r.person, finger, r.tries, r.of(finger))
		got.Prints = append(got.Prints, capture.Print{Position: p, Image: image})
	}
	return got, nil
}

func (r *Reader) of(p biometrics.Position) float64 {
	if q, ok := r.quality[p]; ok {
		return q
	}
	return 1
}

// Preview shows nothing.
func (r *Reader) Preview(ctx context.Context, _ capture.Request, _ func([]byte) error) error {
	<-ctx.Done()
	return nil
}

// Impression is a try of a finger: quality 1 is a good one, 0 one of which hardly anything touches the reader.
func Impression(p *synthetic.Person, finger biometrics.Position, try uint64, quality float64) biometrics.Image {
	pose := synthetic.Draw(uint64(finger)*1000+try, quality)
	if quality <= 0 {
		pose = synthetic.Pose{Seed: pose.Seed, Contact: 0.35, Moisture: -1, Pressure: -1, Noise: 1}
	}
	return p.Finger(finger).Impression(pose)
}

// Prints are references of a made-up person: an impression of each finger.
func Prints(seed uint64, at time.Time, positions ...biometrics.Position) ([]fingers.Print, error) {
	person, link := synthetic.NewPerson(seed), uuid.New()
	var list []fingers.Print
	for _, p := range positions {
		image := Impression(person, p, 500, 1)
		look, err := fingers.Examine(image, 0)
		if err != nil {
			return nil, err
		}
		list = append(list, fingers.Print{ID: uuid.New(), Link: link, Position: p, Template: look.Template, Image: &image, TakenAt: at})
	}
	return list, nil
}
