package payhttp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Headers of a signed message.
const (
	HeaderTime      = "Bmis-Pay-Time"      // seconds since 1970, UTC
	HeaderSignature = "Bmis-Pay-Signature" // hexadecimal HMAC-SHA-256
)

// Window is how far a time stamp may be off: what is older was sent again by somebody else.
const Window = 5 * time.Minute

// MinKey is the least number of bytes of the shared key.
const MinKey = 32

// Errors of signatures. They hold nothing of the message.
var (
	ErrSignature = errors.New("signature: it does not fit the message")
	ErrTime      = errors.New("time stamp: expected one of the last five minutes")
	ErrKey       = fmt.Errorf("key: expected at least %d bytes", MinKey)
)

// What a signature is over, beside time and body: a question cannot be passed off as a call-back, nor an answer as another's.
const callBack = "call-back"

// question is what a request's signature is over.
func question(method, path string) string { return "question " + method + " " + path }

// answerTo is what an answer's signature is over: the signature of its question.
func answerTo(signature string) string { return "answer " + signature }

func mac(key []byte, about, at string, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	for _, part := range [][]byte{[]byte(about), []byte(at), body} {
		_, _ = fmt.Fprintf(m, "%d:", len(part)) // a hash takes everything
		_, _ = m.Write(part)
	}
	return m.Sum(nil)
}

// sign gives the two headers of a message.
func sign(key []byte, about string, body []byte, now time.Time) (at, signature string) {
	at = strconv.FormatInt(now.Unix(), 10)
	return at, hex.EncodeToString(mac(key, about, at, body))
}

// verify holds a message against its headers: the signature first, so that nobody learns our clock.
func verify(key []byte, about, at, signature string, body []byte, now time.Time) error {
	given, err := hex.DecodeString(signature)
	if err != nil || len(at) > 20 || !hmac.Equal(given, mac(key, about, at, body)) {
		return ErrSignature
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return ErrTime
	}
	if off := now.Sub(time.Unix(seconds, 0)); off > Window || off < -Window {
		return ErrTime
	}
	return nil
}
