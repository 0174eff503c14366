package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTokensAre256BitsAndHashAsStored(t *testing.T) {
	token, hash, err := newToken(rand.Reader)
	require.NoError(t, err)
	raw, err := base64.RawURLEncoding.DecodeString(token)
	require.NoError(t, err)
	require.Len(t, raw, 32)
	require.Equal(t, TokenHash(sha256.Sum256(raw)), hash)
	again, ok := hashToken(token)
	require.True(t, ok)
	require.Equal(t, hash, again)
	_, _, err = newToken(bytes.NewReader(raw[:31]))
	require.Error(t, err)
}

// One token has one text: no second spelling opens the same session.
func TestTokensHaveOneText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Za-z0-9_\-]{43}`).Draw(t, "text")
		if _, ok := hashToken(text); ok {
			raw, err := base64.RawURLEncoding.DecodeString(text)
			require.NoError(t, err)
			require.Equal(t, text, base64.RawURLEncoding.EncodeToString(raw))
		}
	})
}

func TestDoorsLetOneThroughAtATimeAndForget(t *testing.T) {
	var d doors
	inside, most := 0, 0
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			leave, err := d.enter(context.Background(), "amara")
			if err != nil {
				return
			}
			inside++ // the race detector and the maximum both tell when two are inside
			most = max(most, inside)
			inside--
			leave()
		})
	}
	group.Wait()
	require.Equal(t, 1, most)
	require.Empty(t, d.open, "no door is kept that nobody uses")
}

func TestADoorIsLeftWhenTheWaitIsCutShort(t *testing.T) {
	var d doors
	leave, err := d.enter(t.Context(), "amara")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.enter(ctx, "amara")
	require.ErrorIs(t, err, context.Canceled)
	other, err := d.enter(t.Context(), "bo")
	require.NoError(t, err, "another login has a door of its own")
	other()
	leave()
	require.Empty(t, d.open)
}

func TestServicesAreCheckedWhenMade(t *testing.T) {
	_, err := NewService(Config{})
	require.ErrorContains(t, err, "expected store")
}
