package ca_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/ca"
)

func trusting(a *ca.Authority) ca.SignatureTrust {
	return ca.SignatureTrust{Roots: a.Roots, Purpose: "reference-data"}
}

func TestASignatureIsTakenFromTheSignerAlone(t *testing.T) {
	at := newClock()
	authority, other := newAuthority(t, at), newAuthority(t, at)
	signer, err := authority.Signer("reference-data")
	require.NoError(t, err)
	message := []byte("version 7")
	good, err := signer.Sign(message)
	require.NoError(t, err)
	require.NoError(t, trusting(authority).Verify(message, good, at.now()))

	require.ErrorIs(t, trusting(authority).Verify([]byte("version 8"), good, at.now()), ca.ErrSignature)
	require.ErrorIs(t, trusting(other).Verify(message, good, at.now()), ca.ErrSignature, "another centre")
	require.ErrorIs(t, trusting(authority).Verify(message, good, at.now().Add(ca.LeafLife+1)), ca.ErrSignature, "after its time")
	require.ErrorIs(t, trusting(authority).Verify(message, ca.Signature{}, at.now()), ca.ErrSignature, "none at all")
	require.ErrorIs(t, trusting(authority).Verify(message, ca.Signature{Value: good.Value, Chain: good.Chain[:1]}, at.now()), ca.ErrSignature)
	cut := ca.Signature{Value: good.Value[:len(good.Value)-1], Chain: good.Chain}
	require.ErrorIs(t, trusting(authority).Verify(message, cut, at.now()), ca.ErrSignature)
	bloated := ca.Signature{Value: good.Value, Chain: append(append([][]byte{}, good.Chain...), good.Chain[1], good.Chain[1], good.Chain[1])}
	require.ErrorIs(t, trusting(authority).Verify(message, bloated, at.now()), ca.ErrSignature)

	elsewhere, err := authority.Signer("receipts")
	require.NoError(t, err)
	wrong, err := elsewhere.Sign(message)
	require.NoError(t, err)
	require.ErrorIs(t, trusting(authority).Verify(message, wrong, at.now()), ca.ErrSignature, "of another purpose")
}

// A station, or whoever stole its key, cannot sign for the centre, nor can the centre's server certificate.
func TestOtherCertificatesDoNotSign(t *testing.T) {
	at := newClock()
	authority := newAuthority(t, at)
	message := []byte("version 7")
	sum := sha256.Sum256(message)
	request, err := ca.NewRequest(rand.Reader, "land")
	require.NoError(t, err)
	chain, err := authority.SignStation(request.DER, "land")
	require.NoError(t, err)
	station, err := request.Accept(chain, authority.Pin(), at.now())
	require.NoError(t, err)
	server, err := authority.IssueServer([]string{"centre.test"})
	require.NoError(t, err)
	for name, own := range map[string]struct {
		key   any
		chain [][]byte
	}{
		"station": {station.Certificate.PrivateKey, station.Certificate.Certificate}, "server": {server.PrivateKey, server.Certificate},
	} {
		key, ok := own.key.(*ecdsa.PrivateKey)
		require.True(t, ok)
		value, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
		require.NoError(t, err)
		err = trusting(authority).Verify(message, ca.Signature{Value: value, Chain: own.chain[:2]}, at.now())
		require.ErrorIs(t, err, ca.ErrSignature, name)
	}
}

func TestTheSignersKeyIsKeptAndRenewed(t *testing.T) {
	at, dir := newClock(), t.TempDir()
	open := func() (*ca.Authority, *ca.Signer) {
		authority, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
		require.NoError(t, err)
		signer, err := authority.Signer("reference-data")
		require.NoError(t, err)
		return authority, signer
	}
	leaf := func(s *ca.Signer) []byte {
		signed, err := s.Sign([]byte("m"))
		require.NoError(t, err)
		return signed.Chain[0]
	}
	authority, first := open()
	_, again := open()
	require.Equal(t, leaf(first), leaf(again), "the same key after a restart")
	path := filepath.Join(dir, "signer-reference-data.pem")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())

	before := leaf(first)
	old, err := first.Sign([]byte("m"))
	require.NoError(t, err)
	signedAt := at.now()
	at.pass(ca.LeafLife/3 + 1)
	require.NotEqual(t, before, leaf(first), "a third of its life has passed: a new key")
	require.Equal(t, leaf(first), leaf(again), "for every process of the centre")
	fresh, err := first.Sign([]byte("m"))
	require.NoError(t, err)
	require.NoError(t, trusting(authority).Verify([]byte("m"), fresh, at.now()))
	at.pass(2 * ca.LeafLife)
	require.NoError(t, trusting(authority).Verify([]byte("m"), old, signedAt), "what was signed then stays signed")

	require.NoError(t, os.Chmod(path, 0o644))
	_, err = authority.Signer("reference-data")
	require.ErrorContains(t, err, "expected 0600")
	_, err = authority.Signer("../etc")
	require.ErrorContains(t, err, "expected 1 to 32")
}
