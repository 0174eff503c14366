package sm_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return b
}

// The worked example of basic access control (ICAO Doc 9303-11, appendix D.1 to D.4).
func TestTheWorkedExampleOfKeysAndCodes(t *testing.T) {
	seed := unhex(t, "239AB9CB282DAF66231DC5A4DF6BFBAE")
	enc, mac := sm.TripleDES.Derive(seed, sm.ForEncryption), sm.TripleDES.Derive(seed, sm.ForMAC)
	require.Equal(t, unhex(t, "AB94FDECF2674FDFB9B391F85D7F76F2"), enc)
	require.Equal(t, unhex(t, "7962D9ECE03D1ACD4C76089DCE131543"), mac)

	block, err := sm.TripleDES.Block(enc)
	require.NoError(t, err)
	s := unhex(t, "781723860C06C2264608F919887022120B795240CB7049B01C19B33E32804F0B")
	cryptogram := sm.CBC(block, make([]byte, 8), s, true)
	require.Equal(t, unhex(t, "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2"), cryptogram)
	sum, err := sm.TripleDES.MAC(mac, cryptogram)
	require.NoError(t, err)
	require.Equal(t, unhex(t, "5F1448EEA8AD90A7"), sum)
}

func TestTheWorkedExampleOfSecureMessaging(t *testing.T) {
	c, err := sm.NewChannel(sm.TripleDES, unhex(t, "979EC13B1CBFE9DCD01AB0FED307EAE5"), unhex(t, "F1CB1F1FB5ADF208806B89DC579DC1F8"),
		unhex(t, "887022120C06C226"))
	require.NoError(t, err)
	for _, m := range []struct {
		clear        sm.Command
		sent, answer string
		data         string
	}{
		{sm.Command{INS: 0xA4, P1: 2, P2: 0x0C, Data: []byte{1, 0x1E}}, "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
			"990290008E08FA855A5D4C50A8ED9000", ""},
		{sm.Command{INS: 0xB0, Le: 4}, "0CB000000D9701048E08ED6705417E96BA5500", "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000", "60145F01"},
		{sm.Command{INS: 0xB0, P2: 4, Le: 0x12}, "0CB000040D9701128E082EA28A70F3C7B53500",
			"871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000", "04303130365F36063034303030305C026175"},
	} {
		sent, err := c.Wrap(m.clear)
		require.NoError(t, err)
		require.Equal(t, unhex(t, m.sent), sent.Bytes())
		r, err := sm.ParseResponse(unhex(t, m.answer))
		require.NoError(t, err)
		r, err = c.Unwrap(r)
		require.NoError(t, err)
		require.Equal(t, sm.OK, r.SW)
		require.Equal(t, strings.ToLower(m.data), hex.EncodeToString(r.Data))
	}
}

// Whatever one side says, the other understands; one changed bit ends the session.
func TestBothSidesUnderstandEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		suite := rapid.SampledFrom([]sm.Suite{sm.TripleDES, sm.AES128, sm.AES192, sm.AES256}).Draw(t, "suite")
		secret := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "secret")
		open := func() *sm.Channel {
			c, err := sm.NewChannel(suite, suite.Derive(secret, sm.ForEncryption), suite.Derive(secret, sm.ForMAC), nil)
			require.NoError(t, err)
			return c
		}
		reader, card := open(), open()
		for range rapid.IntRange(1, 4).Draw(t, "messages") {
			said := sm.Command{INS: rapid.SampledFrom([]byte{0xA4, 0xB0, 0xB1, 0x88}).Draw(t, "ins"), P1: rapid.Byte().Draw(t, "p1"),
				Data: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data"), Le: rapid.SampledFrom([]int{0, 1, 255, 256, 1000, 65536}).Draw(t, "le")}
			wrapped, err := reader.Wrap(said)
			require.NoError(t, err)
			received, err := sm.ParseCommand(wrapped.Bytes())
			require.NoError(t, err)
			heard, err := card.Open(received)
			require.NoError(t, err)
			require.Equal(t, said.Le, heard.Le)
			require.Equal(t, hex.EncodeToString(said.Data), hex.EncodeToString(heard.Data))

			answer := sm.Response{Data: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "answer"), SW: sm.OK}
			closed, err := card.Close(answer, said.INS&1 == 1)
			require.NoError(t, err)
			spoilt := append([]byte{}, closed.Data...)
			back, err := reader.Unwrap(closed)
			require.NoError(t, err)
			require.Equal(t, hex.EncodeToString(answer.Data), hex.EncodeToString(back.Data))

			other := open()
			spoilt[rapid.IntRange(0, len(spoilt)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			_, err = other.Unwrap(sm.Response{Data: spoilt, SW: sm.OK})
			require.ErrorIs(t, err, sm.ErrChannel)
		}
	})
}

// RFC 4493, section 4.
func TestCMACOfTheStandard(t *testing.T) {
	key := unhex(t, "2b7e151628aed2a6abf7158809cf4f3c")
	text := unhex(t, "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
	for n, want := range map[int]string{0: "bb1d6929e9593728", 16: "070a16b46b4d4144", 40: "dfa66747de9ae630", 64: "51f0bebf7e3b9d92"} {
		sum, err := sm.AES128.MAC(key, text[:n])
		require.NoError(t, err)
		require.Equal(t, want, hex.EncodeToString(sum))
	}
}

func FuzzParseCommand(f *testing.F) {
	f.Add([]byte{0, 0xA4, 4, 0x0C, 2, 1, 0x1E})
	f.Add([]byte{0, 0xB0, 0, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := sm.ParseCommand(data); err == nil {
			again, err := sm.ParseCommand(c.Bytes())
			require.NoError(t, err)
			require.Equal(t, c.Le, again.Le)
			require.Len(t, again.Data, len(c.Data))
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	f.Add(unhex(f, "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := sm.NewChannel(sm.AES128, make([]byte, 16), make([]byte, 16), nil)
		require.NoError(t, err)
		_, err = c.Unwrap(sm.Response{Data: data, SW: sm.OK})
		require.Error(t, err)
	})
}
