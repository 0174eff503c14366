package payhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Question is a request that came to a provider, verified.
type Question struct {
	Body      []byte
	key       []byte
	signature string
	now       func() time.Time
}

// Read verifies a request as a provider does. False: it was refused.
func Read(w http.ResponseWriter, r *http.Request, key []byte, now func() time.Time) (Question, bool) {
	q := Question{key: key, signature: r.Header.Get(HeaderSignature), now: now}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxMessage))
	if err == nil {
		err = verify(key, question(r.Method, r.URL.EscapedPath()), r.Header.Get(HeaderTime), q.signature, body, now())
	}
	if err != nil {
		q.Refuse(w, http.StatusForbidden, CodeSignature, err.Error())
		return Question{}, false
	}
	q.Body = body
	return q, true
}

// Decode reads the question's body.
func (q Question) Decode(into any) error { return decode(q.Body, into) }

// Answer writes a signed answer.
func (q Question) Answer(w http.ResponseWriter, value any) { q.write(w, http.StatusOK, value) }

// Refuse writes a signed refusal.
func (q Question) Refuse(w http.ResponseWriter, status int, code, why string) {
	q.write(w, status, ErrorAnswer{Code: code, Error: why})
}

func (q Question) write(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	at, signature := sign(q.key, answerTo(q.signature), body, q.now())
	w.Header().Set(HeaderTime, at)
	w.Header().Set(HeaderSignature, signature)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the asker has gone otherwise
}

// Call sends a signed call-back as a provider does. An error means that it has to be sent again.
func Call(ctx context.Context, client *http.Client, to string, key []byte, s Standing, now time.Time) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("call-back: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call-back: %w", err)
	}
	at, signature := sign(key, callBack, body, now)
	r.Header.Set(HeaderTime, at)
	r.Header.Set(HeaderSignature, signature)
	r.Header.Set("Content-Type", "application/json")
	response, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("call-back: %w", err)
	}
	_ = response.Body.Close() // nothing of it is read
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("call-back: answer %d", response.StatusCode)
	}
	return nil
}
