package abisnats

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openbmis/openbmis/biometrics/abis"
)

// ServerConfig is how requests are answered.
type ServerConfig struct {
	Conn *nats.Conn
	// Answer answers a message: one response; an ABIS that misbehaves gives none or several (the simulator). It ends with ctx.
	Answer func(ctx context.Context, request uuid.UUID, message []byte) []abis.Response
	Log    *slog.Logger
}

// Server takes requests from their stream, one after the other as the API demands (what was inserted before is there when somebody is
// searched for), and stores the answers.
type Server struct {
	config   ServerConfig
	streams  *streams
	consumer jetstream.Consumer
}

// ackWait is how long a request that is worked on may be silent before it is given out again; beat says that it is being worked on.
const (
	ackWait = 60 * time.Second
	beat    = 20 * time.Second
	again   = time.Second // after a request whose answer could not be stored
)

// NewServer makes what is missing in JetStream.
func NewServer(ctx context.Context, config ServerConfig) (*Server, error) {
	js, err := jetstream.New(config.Conn)
	if err != nil {
		return nil, fmt.Errorf("abis: %w", err)
	}
	s := &Server{config: config}
	if s.streams, err = openStreams(ctx, js); err != nil {
		return nil, fmt.Errorf("abis: %w", err)
	}
	s.consumer, err = s.streams.requests.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: consumerName, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("abis: consumer of requests: %w", err)
	}
	return s, nil
}

// Run answers until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	messages, err := s.consumer.Messages(jetstream.PullMaxMessages(1))
	if err != nil {
		return fmt.Errorf("abis: take requests: %w", err)
	}
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	defer messages.Stop()
	for {
		m, err := messages.Next()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, jetstream.ErrMsgIteratorClosed):
			return fmt.Errorf("abis: take requests: %w", err)
		case err != nil:
			s.config.Log.Warn("abis: take requests", "error", err)
			continue
		}
		s.serve(ctx, m)
	}
}

// serve answers a request, unless it has been answered. It is done with when its answer is stored.
func (s *Server) serve(ctx context.Context, m jetstream.Msg) {
	request, err := requestOf(m.Subject())
	if err != nil {
		s.config.Log.Warn("abis: request without an id")
		s.acknowledge(m.Term())
		return
	}
	stored, err := s.streams.answer(ctx, request)
	if err != nil {
		s.config.Log.Warn("abis: request put back", "request", request, "error", err)
		s.acknowledge(m.NakWithDelay(again))
		return
	}
	if stored == nil && !s.answer(ctx, m, request) {
		s.acknowledge(m.NakWithDelay(again))
		return
	}
	s.acknowledge(m.Ack())
}

func (s *Server) acknowledge(err error) {
	if err != nil {
		s.config.Log.Info("abis: acknowledge", "error", err)
	}
}

// answer has the request answered and stores the answers; false when that could not be.
func (s *Server) answer(ctx context.Context, m jetstream.Msg, request uuid.UUID) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				s.acknowledge(m.InProgress())
			}
		}
	}()
	for n, response := range s.config.Answer(ctx, request, m.Data()) {
		data, err := response.Marshal()
		if err == nil && len(data) > abis.MaxMessage {
			data, err = abis.Response{ID: response.ID, RequestID: response.RequestID, ResponseTime: response.ResponseTime, Reason: abis.UnexpectedError}.Marshal()
		}
		if err == nil {
			err = s.store(ctx, request, data)
		}
		if err != nil && n == 0 {
			s.config.Log.Warn("abis: answer not stored", "request", request, "error", err)
			return false
		}
	}
	return ctx.Err() == nil
}

// store stores an answer; the second one to a request is refused by the stream.
func (s *Server) store(ctx context.Context, request uuid.UUID, data []byte) error {
	_, err := s.streams.js.Publish(ctx, responseSubject+request.String(), data)
	return err
}

// Fetch gets the sealed biometrics of a referenceURL: an abis.ServiceConfig's Fetch.
func (s *Server) Fetch(ctx context.Context, url string) ([]byte, error) {
	name, err := objectName(url)
	if err != nil {
		return nil, err
	}
	info, err := s.streams.objects.GetInfo(ctx, name)
	switch {
	case errors.Is(err, jetstream.ErrObjectNotFound):
		return nil, abis.ErrGone
	case err != nil:
		return nil, err
	case info.Size > abis.MaxSealed:
		return nil, fmt.Errorf("%d bytes: expected at most %d", info.Size, abis.MaxSealed)
	}
	return s.streams.objects.GetBytes(ctx, name)
}

// Pending is how many requests wait: an abis.ServiceConfig's Pending.
func (s *Server) Pending(ctx context.Context) (int, error) {
	info, err := s.consumer.Info(ctx)
	if err != nil {
		return 0, err
	}
	return int(min(info.NumPending, maxWaiting)), nil
}
