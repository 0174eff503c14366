package jsonhttp

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// ErrorAnswer is the body of an answer that is none.
type ErrorAnswer struct {
	Error string `json:"error"`
}

// Simulated makes a simulator of a handler: every answer says that it is one's, and is kept nowhere.
func Simulated(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Simulator", "yes")
		w.Header().Set("Cache-Control", "no-store")
		handler.ServeHTTP(w, r)
	})
}

// Admit lets in who shows the token; false when it was refused.
func Admit(w http.ResponseWriter, r *http.Request, token string) bool {
	given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
		Refuse(w, http.StatusUnauthorized, "token: expected the one of the configuration")
		return false
	}
	return true
}

// Question reads a body of at most limit bytes; false when it was refused.
func Question(w http.ResponseWriter, r *http.Request, limit int64, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		Refuse(w, http.StatusBadRequest, "expected a question of the protocol, and no other fields")
		return false
	}
	return true
}

// Answer writes an answer.
func Answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // the asker has gone otherwise
}

// Refuse writes why there is none.
func Refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(ErrorAnswer{Error: why}) // the asker has gone otherwise
}

// Pause waits as a slow service does; false when the asker went away.
func Pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
