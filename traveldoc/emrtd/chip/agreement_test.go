package chip_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// agreeing is a card with the files of the genuine one, some of them changed, and another key of chip authentication.
func (w world) agreeing(t *testing.T, key *ecdsa.PrivateKey, change func(files map[string][]byte)) *card.Card {
	t.Helper()
	files := maps.Clone(w.chip.Files)
	change(files)
	c, err := card.New(card.Config{Files: files, Zone: w.password.Zone, Answer: w.chip.Answer, Agreement: key, Random: rand.Reader})
	require.NoError(t, err)
	return c
}

func (w world) authenticated(t *testing.T, c *card.Card) reader.Result {
	t.Helper()
	read, err := chip.Read(t.Context(), &field{Card: c}, w.password, rand.Reader, chip.Options{Skip: []string{"DG2"}})
	require.NoError(t, err)
	require.NotNil(t, read.Active, "what was proved before is kept")
	return read.ChipAuthentication
}

// asFrench changes the way of chip authentication into one that is not known: the key stands there without one.
func asFrench(files map[string][]byte) {
	id := []byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02}
	files["DG14"] = bytes.Replace(files["DG14"], id, []byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x08, 0x02, 0x02}, 1)
}

// withCipher changes its cipher.
func withCipher(arc byte) func(files map[string][]byte) {
	return func(files map[string][]byte) {
		id := []byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02}
		files["DG14"] = bytes.Replace(files["DG14"], append(id, 2), append(append([]byte{}, id...), arc), 1)
	}
}

func TestChipAuthentication(t *testing.T) {
	w := newWorld(t)
	copied, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	unchanged := func(map[string][]byte) {}
	for name, c := range map[string]struct {
		key    *ecdsa.PrivateKey
		change func(map[string][]byte)
		want   reader.Result
	}{
		"AES-128":                     {w.chip.AgreementKey, unchanged, reader.OK},
		"AES-192":                     {w.chip.AgreementKey, withCipher(3), reader.OK},
		"AES-256":                     {w.chip.AgreementKey, withCipher(4), reader.OK},
		"3DES":                        {w.chip.AgreementKey, withCipher(1), reader.OK},
		"a key and no way, as French": {w.chip.AgreementKey, asFrench, reader.OK},
		"no key in DG14":              {w.chip.AgreementKey, func(f map[string][]byte) { f["DG14"] = []byte{0x6E, 0x02, 0x31, 0x00} }, reader.WasNotDone},
		"refused":                     {nil, unchanged, reader.WasNotDone},
		"a copy, AES":                 {copied, unchanged, reader.Error},
		"a copy, 3DES":                {copied, withCipher(1), reader.Error},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, w.authenticated(t, w.agreeing(t, c.key, c.change)))
		})
	}
}
