package abisnats

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// ClientConfig is how an outside ABIS is asked.
type ClientConfig struct {
	Conn *nats.Conn
	// Name is the ABIS's, for answers and logs.
	Name string
	// Recipient is the ABIS that biometrics are sealed for.
	Recipient abis.Recipient
	// Deadline is how long an answer is waited for where the caller's context says nothing shorter; 0: 30 seconds.
	Deadline time.Duration
	// TargetFPIR is sent with identifications: 30 for one false candidate list in 1,000 searches; 0: the ABIS's own.
	TargetFPIR int
	// Known says which of the references nobody here knows; nil: all are known.
	Known  func(ctx context.Context, references []uuid.UUID) (unknown []uuid.UUID, err error)
	NewID  func() uuid.UUID
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
}

// Client is an outside ABIS as an engine.
type Client struct {
	config ClientConfig
	listen *nats.Subscription

	mu      sync.Mutex
	streams *streams
	waiting map[uuid.UUID][]chan []byte
}

var _ abis.Engine = (*Client)(nil)

const (
	defaultDeadline = 30 * time.Second
	// lookEvery is how often a waiting request looks into the stream, in case the answer came while the line was down.
	lookEvery = 2 * time.Second
	tidyTime  = 5 * time.Second
)

// NewClient listens for answers. It needs no line yet: what cannot be asked is abis.ErrAway.
func NewClient(config ClientConfig) (*Client, error) {
	if config.Deadline <= 0 {
		config.Deadline = defaultDeadline
	}
	c := &Client{config: config, waiting: map[uuid.UUID][]chan []byte{}}
	var err error
	if c.listen, err = config.Conn.Subscribe(responseSubject+"*", c.deliver); err != nil {
		return nil, fmt.Errorf("abis: listen for answers: %w", err)
	}
	return c, nil
}

// Close stops listening. The connection stays open: it is the caller's.
func (c *Client) Close() error { return c.listen.Unsubscribe() }

// deliver hands an answer to those who wait for it. One that nobody waits for stays in the stream.
func (c *Client) deliver(m *nats.Msg) {
	request, err := requestOf(m.Subject)
	if err != nil {
		c.config.Log.Warn("abis: answer to no request", "abis", c.config.Name)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, to := range c.waiting[request] {
		select {
		case to <- m.Data:
		default: // it has one already: answered twice
		}
	}
}

func (c *Client) expect(request uuid.UUID) (got chan []byte, forget func()) {
	got = make(chan []byte, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting[request] = append(c.waiting[request], got)
	return got, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		rest := slices.DeleteFunc(c.waiting[request], func(one chan []byte) bool { return one == got })
		if len(rest) == 0 {
			delete(c.waiting, request)
			return
		}
		c.waiting[request] = rest
	}
}

// open gives the streams, which are made with the first question.
func (c *Client) open(ctx context.Context) (*streams, error) {
	c.mu.Lock()
	s := c.streams
	c.mu.Unlock()
	if s != nil {
		return s, nil
	}
	js, err := jetstream.New(c.config.Conn)
	if err != nil {
		return nil, fmt.Errorf("abis: %w", err)
	}
	if s, err = openStreams(ctx, js); err != nil {
		return nil, away(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streams = s
	return s, nil
}

// away marks what a line or a stream that is not there comes to.
func away(err error) error { return fmt.Errorf("%w: %w", abis.ErrAway, err) }

// Insert gives a person to the ABIS; one that it holds already is replaced.
func (c *Client) Insert(ctx context.Context, reference uuid.UUID, fingers []abis.Finger) error {
	err := c.insert(ctx, reference, fingers)
	if !abis.FailedFor(err, abis.ReferenceExists) {
		return err
	}
	if err := c.Delete(ctx, reference); err != nil {
		return err
	}
	return c.insert(ctx, reference, fingers)
}

func (c *Client) insert(ctx context.Context, reference uuid.UUID, fingers []abis.Finger) error {
	_, err := c.ask(ctx, abis.Request{ID: abis.Insert, RequestID: c.config.NewID(), ReferenceID: reference}, fingers)
	return err
}

// Delete has the ABIS forget a person; one that it does not hold is no error.
func (c *Client) Delete(ctx context.Context, reference uuid.UUID) error {
	_, err := c.ask(ctx, abis.Request{ID: abis.Delete, RequestID: c.config.NewID(), ReferenceID: reference}, nil)
	if abis.FailedFor(err, abis.ReferenceNotFound) {
		return nil
	}
	return err
}

// Count asks how many persons the ABIS holds.
func (c *Client) Count(ctx context.Context) (int, error) {
	r, err := c.ask(ctx, abis.Request{ID: abis.ReferenceCount, RequestID: c.config.NewID()}, nil)
	return r.Count, err
}

// Pending asks how many requests the ABIS has not answered yet.
func (c *Client) Pending(ctx context.Context) (int, error) {
	r, err := c.ask(ctx, abis.Request{ID: abis.PendingJobs, RequestID: c.config.NewID()}, nil)
	return r.Pending, err
}

// Ping asks whether the ABIS is there.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.ask(ctx, abis.Request{ID: abis.Ping, RequestID: c.config.NewID()}, nil)
	return err
}

// Identify asks for everybody like probe. A candidate whose score the ABIS does not tell on our scale has the threshold that was asked for:
// that much the ABIS says of him.
func (c *Client) Identify(ctx context.Context, probe []abis.Finger, o abis.Options) (abis.Answer, error) {
	start := c.config.Now()
	if o.Threshold <= 0 {
		o.Threshold = fingerprint.CandidateThreshold
	}
	if o.Request == uuid.Nil {
		o.Request = c.config.NewID()
	}
	r, err := c.ask(ctx, abis.Request{ID: abis.Identify, RequestID: o.Request, Flags: c.flags(o)}, probe)
	if err != nil {
		return abis.Answer{}, err
	}
	answer := abis.Answer{Engine: cmp.Or(r.Analytics[abis.AnalyticEngine], c.config.Name), Version: r.Analytics[abis.AnalyticVersion], Compared: -1}
	if n, err := strconv.Atoi(r.Analytics[abis.AnalyticCompared]); err == nil && n >= 0 {
		answer.Compared = n
	}
	if err := c.candidates(ctx, r, o, &answer); err != nil {
		return abis.Answer{}, err
	}
	answer.Took = c.config.Now().Sub(start)
	return answer, nil
}

func (c *Client) flags(o abis.Options) map[string]string {
	flags := map[string]string{abis.FlagThreshold: strconv.FormatFloat(o.Threshold, 'f', -1, 64)}
	if o.Most > 0 {
		flags[abis.FlagMaxResults] = strconv.Itoa(o.Most + len(o.Except) + 1) // the ABIS knows no exceptions: room for them, and for one that says there are more
	}
	if c.config.TargetFPIR > 0 {
		flags[abis.FlagTargetFPIR] = strconv.Itoa(c.config.TargetFPIR)
	}
	return flags
}

// candidates are those of the answer who are known, no exceptions and at the threshold, best first.
func (c *Client) candidates(ctx context.Context, r abis.Response, o abis.Options, answer *abis.Answer) error {
	unknown, err := c.unknown(ctx, r)
	if err != nil {
		return err
	}
	answer.Unknown = len(unknown)
	for _, found := range r.Candidates {
		if slices.Contains(o.Except, found.Reference) || slices.Contains(unknown, found.Reference) {
			continue
		}
		score, told := found.Score()
		switch {
		case !told:
			score = o.Threshold
		case score < o.Threshold:
			continue
		}
		answer.Candidates = append(answer.Candidates, abis.Candidate{Reference: found.Reference, Score: score, Fingers: found.FingerScores()})
	}
	slices.SortStableFunc(answer.Candidates, func(a, b abis.Candidate) int { return cmp.Compare(b.Score, a.Score) })
	if n, err := strconv.Atoi(r.Analytics[abis.AnalyticMore]); err == nil && n > 0 {
		answer.More = n
	}
	if extra := len(answer.Candidates) - o.Most; o.Most > 0 && extra > 0 {
		answer.More += extra
		answer.Candidates = answer.Candidates[:o.Most]
	}
	return nil
}

func (c *Client) unknown(ctx context.Context, r abis.Response) ([]uuid.UUID, error) {
	if c.config.Known == nil || len(r.Candidates) == 0 {
		return nil, nil
	}
	all := make([]uuid.UUID, len(r.Candidates))
	for i, found := range r.Candidates {
		all[i] = found.Reference
	}
	unknown, err := c.config.Known(ctx, all)
	if err != nil {
		return nil, fmt.Errorf("abis: look up the candidates: %w", err)
	}
	if len(unknown) > 0 {
		c.config.Log.Warn("abis: candidates that nobody here knows", "abis", c.config.Name, "request", r.RequestID, "count", len(unknown))
	}
	return unknown, nil
}
