package abisnats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// ask asks and waits. A request that was answered before is not asked again, unless it failed. When the time is over the request stays, with its
// biometrics, until the ABIS answers or Keep is over; what is worth nothing later (Ping and the counts) is taken back.
func (c *Client) ask(ctx context.Context, r abis.Request, fingers []abis.Finger) (abis.Response, error) {
	if err := ctx.Err(); err != nil {
		return abis.Response{}, away(err)
	}
	var records []abis.Record
	if r.ID == abis.Insert || r.ID == abis.Identify {
		var err error
		if records, err = abis.Records(fingers, c.config.Now()); err != nil {
			return abis.Response{}, err
		}
		r.ReferenceURL = objectURL(r.RequestID)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.Deadline, abis.ErrAway)
	defer cancel()
	s, err := c.open(ctx)
	if err != nil {
		return abis.Response{}, err
	}
	got, forget := c.expect(r.RequestID)
	defer forget()
	data, attempt, err := s.earlier(ctx, r.RequestID)
	if err != nil {
		return abis.Response{}, away(err)
	}
	if data == nil {
		sequence, err := c.send(ctx, s, r, records, attempt)
		if err != nil {
			return abis.Response{}, err
		}
		if data, err = c.wait(ctx, s, r.RequestID, got); err != nil {
			c.withdraw(ctx, s, r, sequence)
			return abis.Response{}, err
		}
	}
	return c.settle(ctx, s, r, data)
}

// send puts the biometrics into the store and the request into its stream; both are there once, however often they are sent.
func (c *Client) send(ctx context.Context, s *streams, r abis.Request, records []abis.Record, attempt string) (sequence uint64, err error) {
	if len(records) > 0 {
		if err := c.put(ctx, s, r.RequestID, records, r.ID); err != nil {
			return 0, err
		}
	}
	r.RequestTime = c.config.Now()
	message, err := r.Marshal()
	if err != nil {
		return 0, err
	}
	stored, err := s.js.PublishMsg(ctx, &nats.Msg{Subject: requestSubject + r.RequestID.String(), Data: message}, jetstream.WithMsgID(r.RequestID.String()+attempt))
	if err != nil {
		return 0, away(fmt.Errorf("send the request: %w", err))
	}
	return stored.Sequence, nil
}

func (c *Client) put(ctx context.Context, s *streams, request uuid.UUID, records []abis.Record, operation abis.Operation) error {
	name := request.String()
	if _, err := s.objects.GetInfo(ctx, name); err == nil {
		return nil // asked before
	} else if !errors.Is(err, jetstream.ErrObjectNotFound) {
		return away(fmt.Errorf("store the biometrics: %w", err))
	}
	purpose := "Enroll"
	if operation == abis.Identify {
		purpose = "Identify"
	}
	plain, err := abis.MarshalCBEFF(records, purpose, fingerprint.Algorithm)
	if err != nil {
		return err
	}
	sealed, err := c.config.Recipient.Seal(c.config.Random, plain)
	if err != nil {
		return err
	}
	if _, err := s.objects.PutBytes(ctx, name, sealed); err != nil {
		return away(fmt.Errorf("store the biometrics: %w", err))
	}
	return nil
}

// wait waits for the answer, and looks into the stream now and then.
func (c *Client) wait(ctx context.Context, s *streams, request uuid.UUID, got <-chan []byte) ([]byte, error) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case data := <-got:
			return data, nil
		case <-ctx.Done():
			if cause := context.Cause(ctx); errors.Is(cause, abis.ErrAway) {
				return nil, fmt.Errorf("%w: no answer within %s", cause, c.config.Deadline)
			}
			return nil, away(ctx.Err())
		case <-look.C:
			if data, err := s.answer(ctx, request); err == nil && data != nil {
				return data, nil
			}
		}
	}
}

// withdraw takes back what needs no answer any more.
func (c *Client) withdraw(ctx context.Context, s *streams, r abis.Request, sequence uint64) {
	if r.ID == abis.Insert || r.ID == abis.Identify || r.ID == abis.Delete {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	if err := s.requests.DeleteMsg(ctx, sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		c.config.Log.Info("abis: request not taken back", "abis", c.config.Name, "request", r.RequestID, "error", err)
	}
}

// settle reads the answer and removes the biometrics, which nobody needs any more.
func (c *Client) settle(ctx context.Context, s *streams, r abis.Request, data []byte) (abis.Response, error) {
	if r.ReferenceURL != "" {
		tidy, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
		defer cancel()
		if err := s.objects.Delete(tidy, r.RequestID.String()); err != nil && !errors.Is(err, jetstream.ErrObjectNotFound) {
			c.config.Log.Warn("abis: biometrics not removed, they go with their time", "abis", c.config.Name, "request", r.RequestID, "error", err)
		}
	}
	answer, err := abis.ParseResponse(data)
	switch {
	case err != nil:
		return abis.Response{}, err
	case answer.RequestID != r.RequestID || answer.ID != r.ID:
		return abis.Response{}, errors.New("abis: response: expected the id and the requestId of the request")
	}
	return answer, answer.Failed()
}
