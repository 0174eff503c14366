package card_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
)

func newCard(t testing.TB, quirks card.Quirks) *card.Card {
	t.Helper()
	agreement, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c, err := card.New(card.Config{
		Agreement: agreement,
		Files: map[string][]byte{
			"COM": {0x60, 0x04, 0x5C, 0x02, 0x61, 0x75}, "DG1": {0x61, 0x01, 0x00},
			// PACE, ECDH with generic mapping, AES-128, brainpoolP256r1 and P-256
			"CardAccess": {0x31, 0x14, 0x30, 0x12, 0x06, 0x0A, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02, 0x02, 0x01, 0x02, 0x02, 0x01, 0x0C},
		},
		Zone: "L898902C<369080619406236", CAN: "123456", Random: rand.Reader, Quirks: quirks,
		Answer: func(challenge []byte) ([]byte, error) { return challenge, nil },
	})
	require.NoError(t, err)
	return c
}

func TestACardNeedsRandomness(t *testing.T) {
	_, err := card.New(card.Config{})
	require.Error(t, err)
}

func TestTheAnswerToResetSaysThatTheCardIsEmulated(t *testing.T) {
	atr := newCard(t, card.Quirks{}).ATR()
	require.True(t, card.Emulated(atr))
	require.False(t, card.Emulated([]byte{0x3B, 0x88, 0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0x09}))
	require.LessOrEqual(t, len(atr), 33)
	var check byte
	for _, b := range atr[1:] {
		check ^= b
	}
	require.Zero(t, check, "of T=1: the last byte makes the sum zero")
}

func TestNothingIsReadBeforeTheCardIsOpened(t *testing.T) {
	c := newCard(t, card.Quirks{})
	require.Equal(t, []byte{0x90, 0x00}, c.Transmit([]byte{0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0, 0, 0x02, 0x47, 0x10, 0x01}))
	require.Equal(t, []byte{0x69, 0x82}, c.Transmit([]byte{0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x01}))
	require.Equal(t, []byte{0x69, 0x82}, c.Transmit([]byte{0x00, 0xB0, 0x00, 0x00, 0x10}))
	require.Equal(t, []byte{0x69, 0x82}, c.Transmit([]byte{0x00, 0x88, 0x00, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8, 0x00}))
	plain := newCard(t, card.Quirks{Plain: true})
	plain.Transmit([]byte{0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0, 0, 0x02, 0x47, 0x10, 0x01})
	plain.Transmit([]byte{0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x01})
	require.Equal(t, []byte{0x61, 0x01, 0x00, 0x90, 0x00}, plain.Transmit([]byte{0x00, 0xB0, 0x00, 0x00, 0x10}))
	plain.Reset()
	require.Equal(t, []byte{0x69, 0x82}, plain.Transmit([]byte{0x00, 0xB0, 0x00, 0x00, 0x10}))
}

// Whatever commands a card is given, it answers each with at least a status and never gives a file away.
func FuzzTransmit(f *testing.F) {
	f.Add([]byte{0x0C, 0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0, 0, 0x02, 0x47, 0x10, 0x01, 0x05, 0x00, 0x84, 0, 0, 0x08})
	f.Add([]byte{
		0x14, 0x00, 0x22, 0xC1, 0xA4, 0x0F, 0x80, 0x0A, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02, 0x83, 0x01, 0x01,
		0x08, 0x10, 0x86, 0, 0, 0x02, 0x7C, 0x00, 0x00,
	})
	f.Add([]byte{0x09, 0x00, 0xB1, 0, 0, 0x04, 0x54, 0x02, 0x00, 0x00})
	f.Fuzz(func(t *testing.T, script []byte) {
		c := newCard(t, card.Quirks{})
		for len(script) > 0 {
			n := min(int(script[0]), len(script)-1)
			answer := c.Transmit(script[1 : 1+n])
			script = script[1+n:]
			require.GreaterOrEqual(t, len(answer), 2)
			require.NotContains(t, string(answer), "\x60\x04\x5C\x02\x61\x75")
		}
	})
}
