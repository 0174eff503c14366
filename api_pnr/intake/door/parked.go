package door

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openbmis/openbmis/internal/problem"
)

// Aside is a message that could not be kept and waits for people.
type Aside struct {
	Sequence   uint64
	ID         string
	Carrier    string
	Subject    string
	ReceivedAt time.Time // zero when even that is unreadable
	ParkedAt   time.Time
	EndedAt    time.Time // not zero: the law's time is over and the message is gone; only this is left
	Reason     string    // a problem's code, or its kind; nothing of the message
}

// Asides is a page of what was laid aside.
type Asides struct {
	List   []Aside
	Parked int    // how many wait, on all pages
	Next   string // where the next page begins; "" on the last
}

// An aside's place in the list is its sequence, behind the word for those that wait or those that have ended.
const (
	placeParked = "parked"
	placeEnded  = "ended"
)

var errAsidePage = problem.New(problem.Invalid, "passengers.page").At("after")

// reasonOf says why without quoting anything that was sent.
func reasonOf(err error) string {
	var p *problem.Error
	var unreadable unreadableError
	switch {
	case errors.As(err, &p):
		return p.Code
	case errors.As(err, &unreadable):
		return "unreadable"
	}
	return "internal"
}

// isPassing says that waiting may help: it is not the message that is found fault with.
func isPassing(err error) bool {
	var p *problem.Error
	return !errors.As(err, &p) || p.Kind == problem.Unavailable || p.Kind == problem.Internal
}

// Waiting is how many are parked.
func (d *Door) Waiting(ctx context.Context) (int, error) {
	stream, err := d.js.Stream(ctx, Parked)
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", Parked, err)
	}
	return waiting(ctx, stream)
}

func waiting(ctx context.Context, stream jetstream.Stream) (total int, err error) {
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(parkedPrefix+"*"))
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", Parked, err)
	}
	for _, n := range info.State.Subjects {
		total += int(min(n, 1<<30))
	}
	return total, nil
}

// Asides is a page of what is parked, the oldest first, and behind that of what was and has ended. It begins behind a place (Asides.Next of the
// page before; "" is the first page) and has so many at most.
func (d *Door) Asides(ctx context.Context, after string, most int) (page Asides, err error) {
	ended, behind, err := readPlace(after)
	if err != nil {
		return page, err
	}
	stream, err := d.js.Stream(ctx, Parked)
	if err != nil {
		return page, fmt.Errorf("stream %s: %w", Parked, err)
	}
	if page.Parked, err = waiting(ctx, stream); err != nil {
		return page, err
	}
	if !ended { // one more than the page has, by which it is seen that there is another page
		if page.List, err = asides(ctx, stream, parkedPrefix+"*", behind, most+1); err != nil {
			return page, err
		}
		behind = 0
	}
	if room := most + 1 - len(page.List); room > 0 {
		more, err := asides(ctx, stream, endedPrefix+"*", behind, room)
		if err != nil {
			return page, err
		}
		page.List = append(page.List, more...)
	}
	if len(page.List) > most {
		page.List = page.List[:most]
		page.Next = page.List[most-1].place()
	}
	return page, nil
}

func (a Aside) place() string {
	if a.EndedAt.IsZero() {
		return placeParked + strconv.FormatUint(a.Sequence, 10)
	}
	return placeEnded + strconv.FormatUint(a.Sequence, 10)
}

func readPlace(text string) (ended bool, behind uint64, err error) {
	if text == "" {
		return false, 0, nil
	}
	number, ended := strings.CutPrefix(text, placeEnded)
	if !ended {
		number = strings.TrimPrefix(text, placeParked)
	}
	if behind, err = strconv.ParseUint(number, 10, 63); err != nil {
		return false, 0, errAsidePage
	}
	return ended, behind, nil
}

// asides reads at most so many messages of a subject, behind a sequence.
func asides(ctx context.Context, stream jetstream.Stream, subject string, behind uint64, most int) (list []Aside, err error) {
	for next := max(stream.CachedInfo().State.FirstSeq, behind+1); len(list) < most; {
		m, err := stream.GetMsg(ctx, next, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", Parked, err)
		}
		list, next = append(list, asideOf(m)), m.Sequence+1
	}
	return list, nil
}

// asideOf reads a parked message, or the mark of one that has ended. An instant that cannot be read is zero, and shown as such.
func asideOf(m *jetstream.RawStreamMsg) Aside {
	_, carrier, _ := strings.Cut(m.Subject, ".")
	a := Aside{
		Sequence: m.Sequence, ID: m.Header.Get(HeaderID), Carrier: carrier, Subject: m.Header.Get(headerSubject), ParkedAt: m.Time.UTC(),
		Reason: m.Header.Get(headerReason),
	}
	a.ReceivedAt, _ = time.Parse(time.RFC3339Nano, m.Header.Get(headerReceived))
	if strings.HasPrefix(m.Subject, endedPrefix) {
		a.EndedAt = a.ParkedAt
		a.ParkedAt, _ = time.Parse(time.RFC3339Nano, m.Header.Get(headerParked))
	}
	return a
}

// Retry puts a parked message back, for the keeper to try again; it leaves the parking only when it is in the stream.
func (d *Door) Retry(ctx context.Context, sequence uint64) error {
	stream, err := d.js.Stream(ctx, Parked)
	if err != nil {
		return fmt.Errorf("stream %s: %w", Parked, err)
	}
	m, err := stream.GetMsg(ctx, sequence)
	if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && !strings.HasPrefix(m.Subject, parkedPrefix) {
		return problem.New(problem.NotFound, "parked_gone").At("sequence")
	}
	if err != nil {
		return fmt.Errorf("stream %s: %w", Parked, err)
	}
	back := nats.NewMsg(ingestPrefix + strings.TrimPrefix(m.Subject, parkedPrefix))
	back.Header, back.Data = m.Header, m.Data
	back.Header.Del(headerReason)
	back.Header.Del(nats.ExpectedStreamHdr)
	if _, err := d.js.PublishMsg(ctx, back, jetstream.WithExpectStream(Ingest)); err != nil {
		return fmt.Errorf("store in %s: %w", Ingest, err)
	}
	if err := stream.DeleteMsg(ctx, sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("stream %s: %w", Parked, err)
	}
	return nil
}
