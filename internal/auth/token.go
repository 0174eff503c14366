package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
)

// tokenBytes make the 256 bits of a session token.
const tokenBytes = 32

// TokenHash is what is stored of a session token: its SHA-256. The token is
// uniformly random, so a slow hash would add nothing.
type TokenHash [sha256.Size]byte

// newToken draws a token and gives it as unpadded base64url, for a cookie.
func newToken(random io.Reader) (string, TokenHash, error) {
	var raw [tokenBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", TokenHash{}, fmt.Errorf("drawing a session token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw[:]), sha256.Sum256(raw[:]), nil
}

// hashToken gives the hash of a token as the browser sent it; false when it
// cannot be one of ours.
func hashToken(token string) (TokenHash, bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return TokenHash{}, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenBytes {
		return TokenHash{}, false
	}
	return sha256.Sum256(raw), true
}
