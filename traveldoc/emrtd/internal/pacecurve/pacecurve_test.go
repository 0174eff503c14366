package pacecurve_test

import (
	"crypto/sha1"
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/pacecurve"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return b
}

func number(t *testing.T, text string) *big.Int {
	t.Helper()
	return new(big.Int).SetBytes(unhex(t, text))
}

const protocol = "0.4.0.127.0.7.2.2.4.2.2" // id-PACE-ECDH-GM-AES-CBC-CMAC-128

// The worked example of PACE with generic mapping over brainpoolP256r1 (ICAO Doc 9303-11, appendix G.1).
func TestTheWorkedExampleOfPACE(t *testing.T) {
	zone := sha1.Sum([]byte("T22000129364081251010318"))
	key := sm.AES128.Derive(zone[:], sm.ForNonce)
	require.Equal(t, unhex(t, "89DED1B26624EC1E634C1989302849DD"), key)
	block, err := sm.AES128.Block(key)
	require.NoError(t, err)
	nonce := sm.CBC(block, make([]byte, 16), unhex(t, "95A3A016522EE98D01E76CB6B98B42C3"), false)
	require.Equal(t, unhex(t, "3F00C4D39D153F2B2A214A078D899B22"), nonce)

	curve := pacecurve.Standard(13)
	ours, err := curve.Key(number(t, "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99"))
	require.NoError(t, err)
	theirs, err := curve.Key(number(t, "498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560"))
	require.NoError(t, err)
	shared, err := ours.Point(&theirs.PublicKey)
	require.NoError(t, err)
	require.Equal(t, unhex(t, "60332EF2450B5D247EF6D3868397D398852ED6E8CAF6FFEEF6BF85CA57057FD5"), shared.X.Bytes())
	mapped, err := curve.WithGenerator(new(big.Int).SetBytes(nonce), shared)
	require.NoError(t, err)
	require.Equal(t, unhex(t, "8CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E2"), mapped.X.Bytes())
	require.Equal(t, unhex(t, "8C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522"), mapped.Y.Bytes())

	terminal, err := mapped.Key(number(t, "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595"))
	require.NoError(t, err)
	card, err := mapped.Key(number(t, "107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A"))
	require.NoError(t, err)
	secret, err := terminal.Agree(&card.PublicKey)
	require.NoError(t, err)
	require.Equal(t, unhex(t, "28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925"), secret)
	require.Equal(t, unhex(t, "F5F0E35C0D7161EE6724EE513A0D9A7F"), sm.AES128.Derive(secret, sm.ForEncryption))
	mac := sm.AES128.Derive(secret, sm.ForMAC)
	require.Equal(t, unhex(t, "FE251C7858B356B24514B3BD5F4297D1"), mac)

	for want, key := range map[string]*brainpool.PrivateKey{"C2B0BD78D94BA866": card, "3ABB9674BCE93C08": terminal} {
		token, err := pacecurve.Token(sm.AES128, mac, protocol, key.Bytes())
		require.NoError(t, err)
		require.Equal(t, unhex(t, want), token)
	}
	require.Equal(t, unhex(t, "04007F00070202040202"), pacecurve.OID(protocol))
}

func TestEveryStandardCurveAgreesWithItself(t *testing.T) {
	for n := 8; n <= 17; n++ {
		c := pacecurve.Standard(n)
		require.True(t, c.Contains(c.X, c.Y), n)
		a, err := c.Key(big.NewInt(123456789))
		require.NoError(t, err)
		b, err := c.Key(big.NewInt(987654321))
		require.NoError(t, err)
		left, err := a.Agree(&b.PublicKey)
		require.NoError(t, err)
		right, err := b.Agree(&a.PublicKey)
		require.NoError(t, err)
		require.Equal(t, left, right)
	}
	require.Nil(t, pacecurve.Standard(0), "groups of numbers")
	require.Nil(t, pacecurve.Standard(18), "larger than what is computed with here")
}
