package abis

import (
	"context"
	"crypto/rsa"
	"errors"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// ErrGone is what a Service's Fetch says of biometrics that were there and whose time is over.
var ErrGone = errors.New("abis: the biometrics are no longer there")

// Service answers the messages of the API by an engine: it is the ABIS's side, for the simulator and for whoever offers our engine to others.
// It is safe for concurrent use. What it holds is in memory alone.
type Service struct {
	config ServiceConfig

	mu   sync.Mutex
	held map[uuid.UUID][]Finger
}

// ServiceConfig is what a Service needs.
type ServiceConfig struct {
	Engine Engine
	// Key opens what was sealed for this ABIS.
	Key *rsa.PrivateKey
	// Fetch gets what a referenceURL names, still sealed. ErrGone when its time is over.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	// Pending is how many requests wait; nil: none.
	Pending func(ctx context.Context) (int, error)
	// MinQuality is the lowest score of a print that is taken; 0: any.
	MinQuality uint8
	Now        func() time.Time
}

// NewService makes a service that holds nobody yet.
func NewService(config ServiceConfig) *Service {
	return &Service{config: config, held: map[uuid.UUID][]Finger{}}
}

// Answer answers one message. Whatever the message is, there is a response; its RequestID is empty when the message had none that can be
// read. The error says why the request failed, for the ABIS's own log; it holds nothing of the biometrics.
func (s *Service) Answer(ctx context.Context, message []byte) (Response, error) {
	r, err := ParseRequest(message)
	out := Response{ID: r.ID, RequestID: r.RequestID}
	if err == nil {
		err = s.do(ctx, r, &out)
	}
	out.ResponseTime = s.config.Now()
	var f *Failure
	switch {
	case errors.As(err, &f):
		out.Reason = f.Reason
	case ctx.Err() != nil && err != nil:
		out.Reason = Aborted
	case err != nil:
		out.Reason = InternalError
	}
	return out, err
}

func (s *Service) do(ctx context.Context, r Request, out *Response) (err error) {
	switch r.ID {
	case Insert:
		return s.insert(ctx, r)
	case Identify:
		return s.identify(ctx, r, out)
	case Delete:
		return s.remove(ctx, r.ReferenceID)
	case ReferenceCount:
		out.Count, err = s.config.Engine.Count(ctx)
		return err
	case PendingJobs:
		if s.config.Pending != nil {
			out.Pending, err = s.config.Pending(ctx)
		}
		return err
	case Ping:
		return s.config.Engine.Ping(ctx)
	}
	return fail(InvalidID, "id")
}

// insert takes a person who is not held yet.
func (s *Service) insert(ctx context.Context, r Request) error {
	if _, held := s.fingers(r.ReferenceID); held {
		return fail(ReferenceExists, "insert")
	}
	fingers, err := s.fetch(ctx, r.ReferenceURL)
	if err != nil {
		return err
	}
	if err := s.config.Engine.Insert(ctx, r.ReferenceID, fingers); err != nil {
		return err
	}
	for i := range fingers {
		fingers[i].Image = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[r.ReferenceID] = fingers
	return nil
}

func (s *Service) fingers(reference uuid.UUID) ([]Finger, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fingers, held := s.held[reference]
	return fingers, held
}

// fetch gets, opens and reads biometrics.
func (s *Service) fetch(ctx context.Context, url string) ([]Finger, error) {
	sealed, err := s.config.Fetch(ctx, url)
	switch {
	case errors.Is(err, ErrGone):
		return nil, fail(ShareExpired, "referenceURL")
	case err != nil:
		return nil, fail(CannotFetch, "%v", err)
	}
	plain, err := Open(s.config.Key, sealed)
	if err != nil {
		return nil, fail(CannotFetch, "%v", err)
	}
	records, err := ParseCBEFF(plain)
	if err != nil {
		return nil, err
	}
	fingers, err := Fingers(records)
	if err != nil {
		return nil, err
	}
	for _, f := range fingers {
		if f.Image != nil && f.Template.Quality < s.config.MinQuality {
			return nil, fail(QualityCheckFailed, "%s", f.Position)
		}
	}
	return fingers, nil
}

// identify searches everybody, or the gallery of the request. The person himself is no candidate of his own.
func (s *Service) identify(ctx context.Context, r Request, out *Response) error {
	var probe []Finger
	var err error
	o := Options{Request: r.RequestID}
	if r.ReferenceID != uuid.Nil {
		fingers, held := s.fingers(r.ReferenceID)
		if !held {
			return fail(ReferenceNotFound, "identify")
		}
		probe = fingers
		o.Except = []uuid.UUID{r.ReferenceID}
	} else if probe, err = s.fetch(ctx, r.ReferenceURL); err != nil {
		return err
	}
	engine, err := s.among(ctx, r.Gallery)
	if err != nil {
		return err
	}
	if err := s.flags(ctx, engine, r.Flags, &o); err != nil {
		return err
	}
	answer, err := engine.Identify(ctx, probe, o)
	if err != nil {
		return err
	}
	for _, c := range answer.Candidates {
		out.Candidates = append(out.Candidates, candidateOf(c))
	}
	out.Analytics = map[string]string{AnalyticEngine: answer.Engine, AnalyticVersion: answer.Version, AnalyticCompared: strconv.Itoa(answer.Compared)}
	if answer.More > 0 {
		out.Analytics[AnalyticMore] = strconv.Itoa(answer.More)
	}
	return nil
}

// among is the engine, or one that holds only the persons of a gallery; who of them is not held is left out.
func (s *Service) among(ctx context.Context, gallery []uuid.UUID) (Engine, error) {
	if len(gallery) == 0 {
		return s.config.Engine, nil
	}
	some := NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), s.config.Now)
	for _, reference := range gallery {
		fingers, held := s.fingers(reference)
		if !held {
			continue
		}
		if err := some.Insert(ctx, reference, fingers); err != nil {
			return nil, err
		}
	}
	return some, nil
}

// flags are how many candidates and from which score. A targetFPIR is the false match rate of a search among n persons: each comparison may
// then fail one time in n less often.
func (s *Service) flags(ctx context.Context, engine Engine, flags map[string]string, o *Options) error {
	if text, given := flags[FlagMaxResults]; given {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return fail(InvalidStructure, "flags: maxResults: expected a number")
		}
		o.Most = n
	}
	if text, given := flags[FlagTargetFPIR]; given {
		target, err := strconv.ParseFloat(text, 64)
		if err != nil || !(target >= 0 && target <= 1000) {
			return fail(InvalidStructure, "flags: targetFPIR: expected such as 30 for 1 in 1,000")
		}
		n, err := engine.Count(ctx)
		if err != nil {
			return err
		}
		o.Threshold = target + 10*math.Log10(float64(max(n, 1)))
	}
	if text, given := flags[FlagThreshold]; given {
		threshold, err := strconv.ParseFloat(text, 64)
		if err != nil || !(threshold >= 0 && threshold <= 1000) {
			return fail(InvalidStructure, "flags: openbmisThreshold: expected a score")
		}
		o.Threshold = threshold
	}
	return nil
}

func (s *Service) remove(ctx context.Context, reference uuid.UUID) error {
	if _, held := s.fingers(reference); !held {
		return fail(ReferenceNotFound, "delete")
	}
	if err := s.config.Engine.Delete(ctx, reference); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, reference)
	return nil
}
