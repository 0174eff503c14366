package simulator

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/internal/sbihttp"
)

// Options are what a Reader is made of.
type Options struct {
	Source Source
	Serial string // of the device, 12 or more characters by the standard
	Single bool   // takes one finger at a time, where a slap reader takes four
	// Seed makes the captures of this run differ from those of another.
	Seed        uint64
	Compression fir.Compression // of the records that are sent
	// Assess scores a print from 0 to 100, as the device's own quality.
	Assess func(biometrics.Image) (int, error)
	Now    func() time.Time
	// Stranger signs where an answer is to be signed by a maker whom nobody trusts.
	Stranger *sbi.Signer
	Version  string
	Log      *slog.Logger
}

// Reader is a simulated reader. It is safe for concurrent use.
type Reader struct {
	Options
	platen  *platen
	taking  sync.Mutex
	closing chan struct{}

	mu    sync.Mutex
	knobs Knobs
	took  uint64 // captures so far
	busy  bool   // one is under way
}

var _ capture.Reader = (*Reader)(nil)

// frames is in how many pictures a finger comes to lie on the reader.
const frames = 8

// New makes a reader.
func New(o Options) *Reader {
	return &Reader{Options: o, platen: newPlaten(), closing: make(chan struct{})}
}

// Close ends every preview. It is called once.
func (r *Reader) Close() { close(r.closing) }

// Knobs are as they stand.
func (r *Reader) Knobs() Knobs {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.knobs
}

// Set turns the knobs.
func (r *Reader) Set(k Knobs) error {
	if err := k.Check(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(k)
	return nil
}

// turn wakes whoever looks at the reader: it may be unplugged now.
func (r *Reader) turn(k Knobs) {
	r.knobs = k
	r.platen.wake()
}

// Merge turns the knobs that a JSON object names.
func (r *Reader) Merge(raw []byte) (Knobs, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	merged, err := r.knobs.Merge(raw)
	if err != nil {
		return r.knobs, err
	}
	r.turn(merged)
	return merged, nil
}

// Took is how many captures were asked for.
func (r *Reader) Took() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.took
}

// begin counts a capture, gives its knobs, and puts them back where they hold for a number of captures only.
func (r *Reader) begin() (Knobs, uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.took++
	r.busy = true
	k := r.knobs
	if k.Captures > 0 {
		if r.knobs.Captures--; r.knobs.Captures == 0 {
			r.knobs = Knobs{Person: k.Person}
		}
	}
	return k, r.took
}

func (r *Reader) end() {
	r.mu.Lock()
	r.busy = false
	r.mu.Unlock()
	r.platen.clear()
}

func (r *Reader) unplug() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.knobs.Unplugged, r.knobs.UnplugDuring = true, false
}

// Info says what the reader is.
func (r *Reader) Info(context.Context) (capture.Info, error) {
	r.mu.Lock()
	k, busy := r.knobs, r.busy
	r.mu.Unlock()
	if k.Unplugged {
		return capture.Info{}, capture.ErrUnreachable
	}
	info := r.info(k)
	if busy && info.State == capture.Ready {
		info.State = capture.Busy
	}
	return info, nil
}

func (r *Reader) info(k Knobs) capture.Info {
	state := k.State
	if state == "" {
		state = capture.Ready
	}
	return capture.Info{
		State: state, Make: "OpenBMIS", Model: "SIMULATED reader", Serial: r.Serial, Provider: "OpenBMIS", Slap: !r.Single, Simulated: true,
		Specification: sbi.SpecVersion, FirmwareVersion: r.Version,
	}
}

// Capture takes prints of whatever the knobs put on the reader.
func (r *Reader) Capture(ctx context.Context, request capture.Request) (capture.Capture, error) {
	if !r.taking.TryLock() {
		return capture.Capture{}, capture.ErrBusy
	}
	defer r.taking.Unlock()
	k, number := r.begin()
	defer r.end()
	if err := refusal(k); err != nil {
		return capture.Capture{}, err
	}
	t := &taking{Reader: r, knobs: k, number: number, request: request}
	if err := t.lay(ctx); err != nil {
		return capture.Capture{}, err
	}
	return t.result()
}

// refusal is why nothing is taken in the state that the knobs give.
func refusal(k Knobs) error {
	switch {
	case k.Unplugged:
		return capture.ErrUnreachable
	case k.State == capture.Busy:
		return capture.ErrBusy
	case k.State == capture.NotReady:
		return capture.ErrNotReady
	case k.State == capture.NotRegistered:
		return sbi.ErrorOf(sbi.CodeNotRegistered)
	}
	return nil
}

// taking is a capture under way.
type taking struct {
	*Reader
	knobs   Knobs
	number  uint64
	request capture.Request
	cells   []cell
}

// lay puts the fingers on the reader, frame by frame.
func (t *taking) lay(ctx context.Context) error {
	if err := t.press(); err != nil {
		return err
	}
	step := time.Duration(t.knobs.Delay) / frames
	for n := 1; n <= frames; n++ {
		t.platen.show(t.cells, float64(n)/frames)
		if err := wait(ctx, step); err != nil {
			return err
		}
		if t.knobs.UnplugDuring && n == frames/2 {
			t.unplug()
			return capture.ErrUnreachable
		}
	}
	switch {
	case t.knobs.Failure != 0:
		return sbi.ErrorOf(t.knobs.Failure)
	case t.knobs.NoFinger:
		return capture.ErrNoFinger
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// press makes the impressions.
func (t *taking) press() error {
	for _, p := range sbi.Wanted(t.request) {
		c := cell{position: p}
		if lies := t.knobs.Fingers[p]; !t.knobs.NoFinger && lies != Missing {
			image, there, err := t.Source.Print(t.knobs.Person, lying(p, lies), t.touch(p))
			if err != nil {
				t.Log.Error("simulated reader: print", "error", err)
				return fmt.Errorf("%w: no print to show", capture.ErrFailed)
			}
			c.image, c.there = image, there
		}
		if err := t.score(&c); err != nil {
			return err
		}
		t.cells = append(t.cells, c)
	}
	return nil
}

// lying is the finger that lies where p is asked for.
func lying(p biometrics.Position, lies Lies) biometrics.Position {
	if lies == Wrong {
		return otherHand(p)
	}
	return p
}

// otherHand is the same finger of the other hand.
func otherHand(p biometrics.Position) biometrics.Position {
	if p <= biometrics.RightLittle {
		return p + 5
	}
	return p - 5
}

func (t *taking) touch(p biometrics.Position) Touch {
	return Touch{
		Seed: t.Seed ^ t.number*0x9e3779b97f4a7c15 ^ uint64(p)<<56, Quality: 1 - t.knobs.Worse, Pressure: t.knobs.Pressure, Moisture: t.knobs.Moisture,
	}
}

func (t *taking) score(c *cell) error {
	if !c.there {
		return nil
	}
	if t.knobs.Score != nil {
		c.score = *t.knobs.Score
		return nil
	}
	if t.Assess == nil {
		return nil
	}
	var err error
	c.score, err = t.Assess(c.image)
	return err
}

// result is what was taken; a finger that was not there has its problem.
func (t *taking) result() (capture.Capture, error) {
	out := capture.Capture{Info: t.info(t.knobs), At: t.Now()}
	none := true
	for _, c := range t.cells {
		if !c.there {
			out.Prints = append(out.Prints, capture.Print{Position: c.position, Problem: capture.ErrNoFinger})
			continue
		}
		taken, err := t.taken(c, out.At)
		if err != nil {
			return capture.Capture{}, err
		}
		out.Prints, none = append(out.Prints, taken), false
	}
	if none {
		return capture.Capture{}, capture.ErrNoFinger
	}
	return out, nil
}

func (t *taking) taken(c cell, at time.Time) (capture.Print, error) {
	position := c.position
	if t.knobs.Tamper == Label {
		position = otherHand(position)
	}
	record, err := fir.Encode(fir.Print{Image: c.image, Position: position, Compression: t.Compression, Captured: at})
	if err != nil {
		return capture.Print{}, err
	}
	raw, err := record.MarshalBinary()
	return capture.Print{Position: position, Image: c.image, Format: "FIR", Record: raw, DeviceQuality: &c.score}, err
}

// repeat is how often a picture is sent again that has not changed: the standard wants three a second or more.
const repeat = 300 * time.Millisecond

// Preview shows what lies on the reader, picture by picture, until ctx ends.
func (r *Reader) Preview(ctx context.Context, _ capture.Request, frame func([]byte) error) error {
	again := time.NewTicker(repeat)
	defer again.Stop()
	var seen uint64
	var jpeg []byte
	for {
		picture, version, changed := r.platen.look()
		if r.Knobs().Unplugged {
			return capture.ErrUnreachable
		}
		if version != seen {
			var err error
			if jpeg, err = picture.jpeg(); err != nil {
				return err
			}
			seen = version
		}
		if err := frame(jpeg); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.closing:
			return nil
		case <-changed:
		case <-again.C:
		}
	}
}

// Break is how the next answer is spoilt, for sbihttp.ServerOptions. It must be asked before the capture that it is for.
func (r *Reader) Break() sbihttp.Break {
	k := r.Knobs()
	b := sbihttp.Break{Hang: k.Hang, Drop: k.Drop}
	if k.Hang { // no capture follows that would be counted
		r.begin()
		r.end()
	}
	switch k.Tamper {
	case Data:
		b.Signature = true
	case Stranger:
		b.Stranger = r.Stranger
	case Unsigned:
		b.Unsigned = true
	case Chain:
		b.Hash = true
	case Transaction:
		b.Transaction = true
	case Old:
		b.Shift = -time.Hour
	case Honest, Label: // Label is the reader's own
	}
	return b
}
