package replication

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/internal/bus"
)

// Puller keeps a station's reference data current: it asks the centre for what is new, when told that there is news and every
// few seconds anyway.
type Puller struct {
	config  PullerConfig
	news    chan struct{}
	suspect map[string]bool // datasets whose content was found wrong and not yet replaced
}

// PullerConfig is what a Puller needs. OnApplied (may be nil) is told of every dataset that changed, after the commit.
type PullerConfig struct {
	Station   string
	Datasets  []string
	Conn      *nats.Conn
	Store     ReferenceStore
	Trust     SealTrust        // whose versions are taken; nil: nobody's
	Now       func() time.Time // station's clock; nil: time.Now
	Alerts    Alerts
	OnApplied func(dataset string, version int64)
	Every     time.Duration // 0: 10 s
	Timeout   time.Duration // of one request; 0: 10 s
	Log       *slog.Logger
}

// NewPuller makes a Puller; Run lets it work.
func NewPuller(config PullerConfig) *Puller {
	if config.Every == 0 {
		config.Every = 10 * time.Second
	}
	if config.Timeout == 0 {
		config.Timeout = 10 * time.Second
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.OnApplied == nil {
		config.OnApplied = func(string, int64) {}
	}
	return &Puller{config: config, news: make(chan struct{}, 1), suspect: map[string]bool{}}
}

// Wake has the Puller ask soon. It never blocks.
func (p *Puller) Wake() {
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// Run pulls until ctx ends, and returns ctx's error. What fails is tried again.
func (p *Puller) Run(ctx context.Context) error {
	sub, err := p.config.Conn.Subscribe(bus.NewsSubjects(), func(*nats.Msg) { p.Wake() })
	if err != nil {
		return fmt.Errorf("reference data: subscribe to news: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }() // a closed connection has no subscriptions left
	p.Verify(ctx)
	tick := time.NewTicker(p.config.Every)
	defer tick.Stop()
	for {
		if err := p.PullAll(ctx); err != nil && ctx.Err() == nil {
			p.config.Log.Warn("replication: reference data not current", "station", p.config.Station, "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.news:
		case <-tick.C:
		}
	}
}

// Verify counts the content of every dataset anew. One that is not what it should be is told, and replaced at the next pull;
// its rows stay in use until then.
func (p *Puller) Verify(ctx context.Context) {
	for _, dataset := range p.config.Datasets {
		err := p.verify(ctx, dataset)
		if doubtful(err) {
			p.distrust(ctx, dataset, err)
		} else if err != nil && ctx.Err() == nil {
			p.config.Log.Error("replication: reference data not verified", "station", p.config.Station, "dataset", dataset, "error", err)
		}
	}
}

// verify holds the content of a dataset against its digest, and its version against the seal that came with it.
func (p *Puller) verify(ctx context.Context, dataset string) error {
	if err := p.config.Store.Verify(ctx, dataset); err != nil {
		return err
	}
	held, err := p.config.Store.Held(ctx, dataset)
	if err != nil || held.Version == 0 {
		return err
	}
	return held.CheckSeal(dataset, p.config.Trust, held.Seal.At)
}

// doubtful tells the errors that say that content cannot be trusted from those that say that something did not work.
func doubtful(err error) bool { return errors.Is(err, ErrDigest) || errors.Is(err, ErrSeal) }

// distrust tells of a dataset that is not what it should be; it is to be replaced whole.
func (p *Puller) distrust(ctx context.Context, dataset string, why error) {
	p.suspect[dataset] = true
	p.tell(ctx, dataset, why)
}

func (p *Puller) tell(ctx context.Context, dataset string, why error) {
	code := AlertDigest
	if errors.Is(why, ErrSeal) {
		code = AlertSeal
	}
	p.config.Alerts.Raise(ctx, Alert{p.config.Station, code, dataset + ": " + why.Error()})
}

// PullAll brings every dataset to the centre's newest version. One that fails does not hold up the others.
func (p *Puller) PullAll(ctx context.Context) error {
	have, err := p.config.Store.Status(ctx)
	if err != nil {
		return err
	}
	versions := map[string]int64{}
	for _, s := range have {
		versions[s.Dataset] = s.Version
	}
	var failed []error
	for _, dataset := range p.config.Datasets {
		if err := p.pull(ctx, dataset, versions[dataset]); err != nil {
			failed = append(failed, fmt.Errorf("dataset %s: %w", dataset, err))
		}
	}
	return errors.Join(failed...)
}

func (p *Puller) pull(ctx context.Context, dataset string, have int64) error {
	if p.suspect[dataset] {
		return p.snapshot(ctx, dataset)
	}
	reached, newest, err := p.follow(ctx, dataset, have)
	if reached != have { // also where what comes behind it could not be had: what is applied is in force
		p.config.OnApplied(dataset, reached)
	}
	switch {
	case errors.Is(err, errWhole):
		return p.snapshot(ctx, dataset)
	case err != nil:
		return err
	}
	return p.confirm(ctx, dataset, newest)
}

// errWhole says that changes do not lead to the centre's newest version.
var errWhole = errors.New("the whole content is needed")

// follow applies changes, message by message, and says how far it came: to the centre's newest version, or to what fails.
func (p *Puller) follow(ctx context.Context, dataset string, have int64) (reached int64, newest DatasetVersion, err error) {
	for {
		reply, err := p.ask(ctx, dataset, referenceRequest{Have: have})
		switch {
		case err != nil:
			return have, newest, err
		case reply.Code == CodeSnapshot || reply.At.Version < have:
			return have, newest, errWhole
		case len(reply.Changes) == 0:
			return have, reply.At, nil
		}
		err = p.config.Store.ApplyChanges(ctx, dataset, have, reply.At, reply.Changes)
		if errors.Is(err, ErrDigest) {
			p.distrust(ctx, dataset, err)
			return have, newest, errWhole
		}
		if err != nil {
			return have, newest, err
		}
		have = reply.At.Version
	}
}

// snapshot replaces the content whole. If even that has not the digest it should have, the station keeps what it had.
func (p *Puller) snapshot(ctx context.Context, dataset string) error {
	stream := &pulling{Puller: p, dataset: dataset}
	err := p.config.Store.Replace(ctx, dataset, stream)
	switch {
	case errors.Is(err, ErrDigest):
		p.distrust(ctx, dataset, err)
	case errors.Is(err, ErrSeal) && !errors.As(err, new(told)):
		p.tell(ctx, dataset, err)
	}
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	delete(p.suspect, dataset)
	p.config.OnApplied(dataset, stream.at.Version)
	return p.confirm(ctx, dataset, stream.at)
}

// confirm has the store remember what the centre says is the newest version.
func (p *Puller) confirm(ctx context.Context, dataset string, now DatasetVersion) error {
	err := p.config.Store.Confirm(ctx, dataset, now)
	if errors.Is(err, ErrDigest) { // another content under the same number: the centre was restored from a backup and went on
		p.distrust(ctx, dataset, err)
	}
	return err
}

func (p *Puller) ask(ctx context.Context, dataset string, question referenceRequest) (referenceReply, error) {
	question.Want = int(p.config.Conn.MaxPayload())
	data, err := json.Marshal(question)
	if err != nil {
		return referenceReply{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.config.Timeout)
	defer cancel()
	m, err := p.config.Conn.RequestWithContext(ctx, bus.ReferenceSubject(dataset), data)
	if err != nil {
		return referenceReply{}, err
	}
	reply, err := decodeReference(m.Data)
	switch {
	case err != nil:
		return reply, err
	case reply.Code == CodeSnapshot: // says nothing of any content
		return reply, nil
	case reply.Code != CodeNone:
		return reply, fmt.Errorf("the centre answers %q", reply.Code)
	}
	if err := reply.At.CheckSeal(dataset, p.config.Trust, p.config.Now()); err != nil {
		p.tell(ctx, dataset, err)
		return referenceReply{}, told{err}
	}
	return reply, nil
}

// told is an error that an operator has been told of.
type told struct{ error }

// Unwrap gives the error itself.
func (t told) Unwrap() error { return t.error }

// pulling is a snapshot on its way. The rows are read while the centre goes on writing: what was changed after the first page
// comes once more as changes, which are whole rows, so that the end is one exact version.
type pulling struct {
	*Puller
	dataset string
	key     string
	started bool
	at      DatasetVersion // what the station will have once all given so far is applied
}

func (s *pulling) NextRows(ctx context.Context) ([]Row, error) {
	reply, err := s.ask(ctx, s.dataset, referenceRequest{Snapshot: true, AfterKey: s.key})
	if err != nil {
		return nil, err
	}
	if !s.started {
		s.started, s.at = true, reply.At
	}
	rows := make([]Row, len(reply.Changes))
	for i, c := range reply.Changes {
		rows[i] = Row{Key: c.Key, Data: c.Data}
		s.key = c.Key
	}
	return rows, nil
}

func (s *pulling) NextChanges(ctx context.Context) ([]Change, DatasetVersion, error) {
	reply, err := s.ask(ctx, s.dataset, referenceRequest{Have: s.at.Version})
	if err == nil && reply.Code == CodeSnapshot {
		err = errors.New("the centre wrote more during the snapshot than it can give as changes")
	}
	if err != nil {
		return nil, DatasetVersion{}, err
	}
	s.at = reply.At
	return reply.Changes, s.at, nil
}
