package seal_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal"
)

// keyOf is the key of a made-up secret: d = SHA-256(secret).
func keyOf(t testing.TB, curve elliptic.Curve, secret string) *ecdsa.PrivateKey {
	t.Helper()
	sum := sha256.Sum256([]byte(secret))
	d := new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), curve.Params().N)
	raw := make([]byte, (curve.Params().BitSize+7)/8)
	key, err := ecdsa.ParseRawPrivateKey(curve, d.FillBytes(raw))
	require.NoError(t, err)
	return key
}

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func header(t testing.TB) seal.Header {
	t.Helper()
	return seal.Header{
		Version: 3, Country: "UTO", Signer: "UTTS", Reference: "5B", Issued: date(t, "2020-01-01"), Signed: date(t, "2020-01-02"), Feature: 0xFB, Category: 0x06,
	}
}

// The header's bytes are counted by hand after Doc 9303-13: UTO = 1600*34+40*33+28+1 = D9C5; UTTS02 = D9CA C8A7; 5B and a shift = 3A99;
// 01012020 = 0F7134; 01022020 = 0F9844.
func TestTheHeaderIsAsCountedByHand(t *testing.T) {
	mrv := "VCUTODOE<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<L898902C<7UTO6908061F9406236"
	packed, err := seal.PackC40(mrv[:36])
	require.NoError(t, err)
	out, err := seal.Sign(keyOf(t, elliptic.P256(), "golden"), header(t), []seal.Message{{Tag: 2, Value: packed}, {Tag: 9, Value: nil}})
	require.NoError(t, err)
	require.Equal(t, "dc03d9c5d9cac8a73a990f71340f9844fb06", hex.EncodeToString(out[:18]))
	require.Equal(t, byte(0x02), out[18])
	require.Equal(t, byte(24), out[19])
	again, err := seal.Sign(keyOf(t, elliptic.P256(), "golden"), header(t), []seal.Message{{Tag: 2, Value: packed}, {Tag: 9, Value: nil}})
	require.NoError(t, err)
	require.Equal(t, out, again, "RFC 6979: the same seal is the same bytes")

	s, err := seal.Parse(out)
	require.NoError(t, err)
	require.Equal(t, header(t), s.Header)
	value, ok := s.Value(2)
	require.True(t, ok)
	text, err := seal.UnpackC40(value)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(mrv[:36], "<", " "), text)
	empty, ok := s.Value(9)
	require.True(t, ok)
	require.Empty(t, empty)
	_, ok = s.Value(77)
	require.False(t, ok)
}

// The forms of the reference that signers use: fixed in version 3, hexadecimal length, decimal length, and fixed under the number of
// version 4. The signature is of the right length only.
func TestEveryFormOfTheReferenceIsRead(t *testing.T) {
	rest := "0f71340f9844" + "fb06" + "0201aa" + "ff40" + strings.Repeat("11", 64)
	for name, c := range map[string]struct{ head, reference string }{
		"version 3":                   {"dc02" + c40(t, "UTO") + c40(t, "UTTS0005B"), "0005B"},
		"version 4, hexadecimal":      {"dc03" + c40(t, "D  ") + c40(t, "UTTS0A") + c40(t, "0123456789"), "0123456789"},
		"version 4, decimal":          {"dc03" + c40(t, "D  ") + c40(t, "DEZV10") + c40(t, "0123456789"), "0123456789"},
		"version 4 in the fixed form": {"dc03" + c40(t, "D  ") + c40(t, "DEBAM0001"), "M0001"},
	} {
		data, err := hex.DecodeString(c.head + rest)
		require.NoError(t, err, name)
		s, err := seal.Parse(data)
		require.NoError(t, err, name)
		require.Equal(t, c.reference, s.Reference, name)
		require.Len(t, s.Signature, 64, name)
		require.Equal(t, date(t, "2020-01-01"), s.Issued, name)
	}
}

func c40(t testing.TB, text string) string {
	t.Helper()
	packed, err := seal.PackC40(text)
	require.NoError(t, err)
	return hex.EncodeToString(packed)
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P224(), elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key := keyOf(t, curve, "flip")
		out, err := seal.Sign(key, header(t), []seal.Message{{Tag: 1, Value: []byte("0123456789abcdef")}})
		require.NoError(t, err)
		whole, err := seal.Parse(out)
		require.NoError(t, err)
		require.NoError(t, whole.Verify(&key.PublicKey))
		require.ErrorIs(t, whole.Verify(&keyOf(t, curve, "another").PublicKey), seal.ErrSignature)
		for bit := range 8 * len(out) {
			bad := append([]byte(nil), out...)
			bad[bit/8] ^= 1 << (bit % 8)
			if s, err := seal.Parse(bad); err == nil {
				require.Error(t, s.Verify(&key.PublicKey), "bit %d", bit)
			}
		}
	}
}

func TestASignatureOfAnotherLengthIsNotVerified(t *testing.T) {
	key := keyOf(t, elliptic.P384(), "k")
	out, err := seal.Sign(key, header(t), nil)
	require.NoError(t, err)
	s, err := seal.Parse(out)
	require.NoError(t, err)
	require.ErrorIs(t, s.Verify(&keyOf(t, elliptic.P256(), "k").PublicKey), seal.ErrUnsupported)
	require.ErrorIs(t, s.Verify(nil), seal.ErrUnsupported)
	for _, length := range []int{0, 63, 66, 200} {
		s.Signature = make([]byte, length)
		require.ErrorIs(t, s.Verify(&key.PublicKey), seal.ErrUnsupported, "%d bytes", length)
	}
}

func TestWhatCannotBeSealedIsRefused(t *testing.T) {
	key := keyOf(t, elliptic.P256(), "k")
	year, err := traveldoc.NewDate(2026, 0, 0)
	require.NoError(t, err)
	for want, change := range map[string]func(*seal.Header, *[]seal.Message){
		"country of 1 to 3":      func(h *seal.Header, _ *[]seal.Message) { h.Country = "UTOP" },
		"signer of 4":            func(h *seal.Header, _ *[]seal.Message) { h.Signer = "UT" },
		"reference of 1 to 255":  func(h *seal.Header, _ *[]seal.Message) { h.Reference = "" },
		"expected A-Z":           func(h *seal.Header, _ *[]seal.Message) { h.Reference = "5b" },
		"category":               func(h *seal.Header, _ *[]seal.Message) { h.Category = 0xFF },
		"full date or none":      func(h *seal.Header, _ *[]seal.Message) { h.Issued = year },
		"expected a tag below":   func(_ *seal.Header, m *[]seal.Message) { *m = []seal.Message{{Tag: 0xFF}} },
		"expected at most 64":    func(_ *seal.Header, m *[]seal.Message) { *m = make([]seal.Message, 65) },
		"expected at most 4096":  func(_ *seal.Header, m *[]seal.Message) { *m = []seal.Message{{Tag: 1, Value: make([]byte, 4090)}} },
		"at most 4096 bytes":     func(_ *seal.Header, m *[]seal.Message) { *m = []seal.Message{{Tag: 1, Value: make([]byte, 5000)}} },
		"reference of 1 to 255 ": func(h *seal.Header, _ *[]seal.Message) { h.Reference = strings.Repeat("A", 256) },
	} {
		h, messages := header(t), []seal.Message{{Tag: 1, Value: []byte{1}}}
		change(&h, &messages)
		_, err := seal.Sign(key, h, messages)
		require.ErrorContains(t, err, want)
	}
}

func TestWhatIsNoSealIsRefused(t *testing.T) {
	whole, err := seal.Sign(keyOf(t, elliptic.P256(), "k"), header(t), []seal.Message{{Tag: 1, Value: []byte{1}}})
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "another version": append([]byte{0xDC, 7}, whole[2:]...), "cut off": whole[:len(whole)-1],
		"header alone": whole[:18], "more behind": append(append([]byte(nil), whole...), 0), "too long": append([]byte{0xDC, 3}, make([]byte, seal.MaxSize)...),
		"long form of a short length": append(append([]byte(nil), whole[:18]...), 1, 0x81, 1, 0, 0xFF, 0),
	} {
		_, err := seal.Parse(data)
		require.Error(t, err, name)
	}
	_, err = seal.Parse([]byte("hello"))
	require.ErrorIs(t, err, seal.ErrNoSeal)
}

func TestLengthsOfEverySize(t *testing.T) {
	key := keyOf(t, elliptic.P256(), "k")
	for _, n := range []int{0, 1, 127, 128, 255, 256, 3000} {
		out, err := seal.Sign(key, header(t), []seal.Message{{Tag: 5, Value: make([]byte, n)}})
		require.NoError(t, err)
		s, err := seal.Parse(out)
		require.NoError(t, err)
		require.Len(t, s.Messages[0].Value, n)
		require.NoError(t, s.Verify(&key.PublicKey))
	}
}

func TestDatesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, err := traveldoc.NewDate(rapid.IntRange(1, 9999).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
		require.NoError(t, err)
		packed, err := seal.PackDate(d)
		require.NoError(t, err)
		back, err := seal.UnpackDate(packed[:])
		require.NoError(t, err)
		require.Equal(t, d, back)
	})
	none, err := seal.UnpackDate([]byte{0, 0, 0})
	require.NoError(t, err)
	require.True(t, none.IsZero())
	for _, bad := range [][]byte{nil, {1}, {0, 0, 1}, {0xFF, 0xFF, 0xFF}, {0x0F, 0x42, 0x40}} {
		_, err := seal.UnpackDate(bad)
		require.Error(t, err)
	}
}

func TestC40ComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Z0-9 ]{0,60}`).Draw(t, "text")
		packed, err := seal.PackC40(text)
		require.NoError(t, err)
		back, err := seal.UnpackC40(packed)
		require.NoError(t, err)
		require.Equal(t, text, back)
	})
}

func FuzzParse(f *testing.F) {
	whole, err := seal.Sign(keyOf(f, elliptic.P256(), "k"), header(f), []seal.Message{{Tag: 1, Value: []byte{1}}, {Tag: 2, Value: make([]byte, 200)}})
	require.NoError(f, err)
	f.Add(whole)
	f.Add([]byte{0xDC, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := seal.Parse(data)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(s.Messages), seal.MaxMessages)
		require.Len(t, s.Signer, 4)
		_ = s.Verify(&keyOf(t, elliptic.P256(), "k").PublicKey)
	})
}

func FuzzUnpackC40(f *testing.F) {
	f.Add([]byte{0xD9, 0xC5, 0xFE, 0x42})
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := seal.UnpackC40(data)
		if err != nil {
			return
		}
		packed, err := seal.PackC40(text)
		require.NoError(t, err)
		again, err := seal.UnpackC40(packed)
		require.NoError(t, err)
		require.Equal(t, text, again)
	})
}

func BenchmarkSign(b *testing.B) {
	key, h := keyOf(b, elliptic.P256(), "k"), header(b)
	messages := []seal.Message{{Tag: 1, Value: make([]byte, 16)}, {Tag: 2, Value: make([]byte, 40)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := seal.Sign(key, h, messages); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	key := keyOf(b, elliptic.P256(), "k")
	out, err := seal.Sign(key, header(b), []seal.Message{{Tag: 1, Value: make([]byte, 16)}, {Tag: 2, Value: make([]byte, 40)}})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		s, err := seal.Parse(out)
		if err != nil || s.Verify(&key.PublicKey) != nil {
			b.Fatal("not verified")
		}
	}
}
