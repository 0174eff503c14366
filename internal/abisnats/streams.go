package abisnats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openbmis/openbmis/biometrics/abis"
)

// Names in JetStream. Subjects end in the request's id, so that an answer is found by it.
const (
	RequestStream  = "ABIS_REQUESTS"
	ResponseStream = "ABIS_RESPONSES"
	Bucket         = "abis_biometrics"

	requestSubject  = "abis.requests."
	responseSubject = "abis.responses."
	consumerName    = "abis"
	urlScheme       = "nats-object://"
)

// Keep is how long requests, biometrics and answers wait for each other.
const Keep = 24 * time.Hour

// Bounds of what waits.
const (
	maxWaiting  = 200_000
	maxStored   = 4 << 30
	duplicateIn = time.Hour
)

// streams are what both sides share.
type streams struct {
	js                  jetstream.JetStream
	requests, responses jetstream.Stream
	objects             jetstream.ObjectStore
}

// openStreams makes what is missing, the same on both sides. An answer is stored once: a second one to the same request is refused.
func openStreams(ctx context.Context, js jetstream.JetStream) (*streams, error) {
	s := &streams{js: js}
	var err error
	if s.requests, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: RequestStream, Description: "what an ABIS is asked, until it has answered", Subjects: []string{requestSubject + "*"},
		Retention: jetstream.WorkQueuePolicy, MaxAge: Keep, MaxMsgs: maxWaiting, Discard: jetstream.DiscardNew, Duplicates: duplicateIn,
	}); err != nil {
		return nil, fmt.Errorf("stream of requests: %w", err)
	}
	if s.responses, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: ResponseStream, Description: "what an ABIS has answered", Subjects: []string{responseSubject + "*"},
		MaxAge: Keep, MaxMsgs: maxWaiting, MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true,
		Duplicates: duplicateIn,
	}); err != nil {
		return nil, fmt.Errorf("stream of answers: %w", err)
	}
	if s.objects, err = js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
		Bucket: Bucket, Description: "biometrics sealed for an ABIS, until it has answered", TTL: Keep, MaxBytes: maxStored,
	}); err != nil {
		return nil, fmt.Errorf("store of biometrics: %w", err)
	}
	return s, nil
}

// answer is the stored answer to a request, nil when there is none yet.
func (s *streams) answer(ctx context.Context, request uuid.UUID) ([]byte, error) {
	data, _, err := s.lookUp(ctx, request)
	return data, err
}

// lookUp is answer with the answer's place in the stream.
func (s *streams) lookUp(ctx context.Context, request uuid.UUID) (data []byte, sequence uint64, err error) {
	message, err := s.responses.GetLastMsgForSubject(ctx, responseSubject+request.String())
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return nil, 0, nil
	case err != nil:
		return nil, 0, fmt.Errorf("look for the answer: %w", err)
	}
	return message.Data, message.Sequence, nil
}

// earlier is the answer that a request got when it was asked before, nil when it got none. One that failed, or cannot be read, is no answer
// for good: it is removed, so that the request can be asked anew. attempt then tells that request from the earlier one.
func (s *streams) earlier(ctx context.Context, request uuid.UUID) (data []byte, attempt string, err error) {
	data, sequence, err := s.lookUp(ctx, request)
	if err != nil || data == nil {
		return nil, "", err
	}
	if r, err := abis.ParseResponse(data); err == nil && r.Reason == 0 && r.RequestID == request {
		return data, "", nil
	}
	if err := s.responses.Purge(ctx, jetstream.WithPurgeSubject(responseSubject+request.String())); err != nil {
		return nil, "", fmt.Errorf("remove the answer that failed: %w", err)
	}
	return nil, "/" + strconv.FormatUint(sequence, 10), nil
}

// requestOf is the request that a subject ends in.
func requestOf(subject string) (uuid.UUID, error) {
	return uuid.Parse(subject[strings.LastIndexByte(subject, '.')+1:])
}

// objectURL is the referenceURL of a request's biometrics, and objectName the name that it holds.
func objectURL(request uuid.UUID) string { return urlScheme + Bucket + "/" + request.String() }

func objectName(url string) (string, error) {
	name, ours := strings.CutPrefix(url, urlScheme+Bucket+"/")
	if _, err := uuid.Parse(name); err != nil || !ours {
		return "", fmt.Errorf("referenceURL: expected %s%s/ and a request's id", urlScheme, Bucket)
	}
	return name, nil
}
