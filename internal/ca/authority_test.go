package ca_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/ca"
)

func TestTheAuthorityIsTheSameAfterAReopening(t *testing.T) {
	at, dir := newClock(), t.TempDir()
	first, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	second, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	require.Equal(t, first.Pin(), second.Pin())
	leaf := serverSource(t, second, "central.test", "192.0.2.1").Current().Leaf
	require.Equal(t, []string{"central.test"}, leaf.DNSNames)
	require.Equal(t, "192.0.2.1", leaf.IPAddresses[0].String())
	require.False(t, leaf.IsCA)
	require.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, leaf.ExtKeyUsage)
	require.Equal(t, at.now().Add(30*24*time.Hour), leaf.NotAfter)
}

func TestKeysAreForTheirOwnerOnly(t *testing.T) {
	at, dir := newClock(), t.TempDir()
	_, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	for _, name := range []string{"root.key", "intermediate.key"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), name)
	}
	require.NoError(t, os.Chmod(filepath.Join(dir, "intermediate.key"), 0o640))
	_, err = ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.ErrorContains(t, err, "mode 0640, expected 0600")
}

func TestTheRootMayBeOffLine(t *testing.T) {
	at, dir := newClock(), t.TempDir()
	first, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	safe := filepath.Join(t.TempDir(), "root.key")
	require.NoError(t, os.Rename(filepath.Join(dir, "root.key"), safe))

	at.pass(ca.IntermediateLife * 3 / 4) // due for renewal, and still good
	again, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	serverSource(t, again, "central.test")

	at.pass(ca.IntermediateLife/4 - ca.LeafLife) // a leaf would outlive it
	_, err = ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.ErrorContains(t, err, "bring the root's key to")
	_, err = again.IssueServer([]string{"central.test"})
	require.ErrorContains(t, err, "bring the root's key to")

	require.NoError(t, os.Rename(safe, filepath.Join(dir, "root.key")))
	renewed, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	require.Equal(t, first.Pin(), renewed.Pin(), "stations go on trusting the same root")
	serverSource(t, renewed, "central.test")
}

func TestProgramsThatStartTogetherGetOneAuthority(t *testing.T) {
	at, dir := newClock(), t.TempDir()
	const programs = 8
	pins, errs := make([]ca.Pin, programs), make([]error, programs)
	var group sync.WaitGroup
	for i := range programs {
		group.Go(func() {
			authority, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
			if errs[i] = err; err == nil {
				pins[i] = authority.Pin()
			}
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	for _, pin := range pins {
		require.Equal(t, pins[0], pin)
	}
}

func TestAnotherRootsKeyIsNoticed(t *testing.T) {
	at, dir, other := newClock(), t.TempDir(), t.TempDir()
	for _, folder := range []string{dir, other} {
		_, err := ca.OpenOrCreate(folder, rand.Reader, at.now)
		require.NoError(t, err)
	}
	require.NoError(t, os.Rename(filepath.Join(other, "root.key"), filepath.Join(dir, "root.key")))
	require.NoError(t, os.Remove(filepath.Join(dir, "intermediate.crt")))
	_, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.ErrorContains(t, err, "root.key is not the key of")
}

func TestAFolderWithoutItsRootIsNotTakenForANewOne(t *testing.T) {
	at, dir := newClock(), t.TempDir()
	_, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "root.crt")))
	_, err = ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.ErrorContains(t, err, "bring it back from the backup")
}

func TestACrashBetweenKeyAndCertificateHeals(t *testing.T) {
	at, dir := newClock(), t.TempDir()
	first, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	other := t.TempDir()
	_, err = ca.OpenOrCreate(other, rand.Reader, at.now)
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(other, "intermediate.key"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "intermediate.key"), key, 0o600))
	second, err := ca.OpenOrCreate(dir, rand.Reader, at.now)
	require.NoError(t, err)
	require.Equal(t, first.Pin(), second.Pin())
	enrol(t, second, "xaa-apt", at.now())
}

func TestAStationsCertificateNamesItAndNothingElse(t *testing.T) {
	at := newClock()
	centre := newAuthority(t, at)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{ // asks for more than it gets
		DNSNames: []string{"central.test"},
	}, key)
	require.NoError(t, err)
	chain, err := centre.SignStation(csr, "xaa-apt")
	require.NoError(t, err)
	require.Len(t, chain, 3)
	station, err := ca.StationOf(chain[0])
	require.NoError(t, err)
	require.Equal(t, "xaa-apt", station)
	require.Equal(t, "urn:openbmis:station:xaa-apt", chain[0].URIs[0].String())
	require.Empty(t, chain[0].DNSNames)
	require.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, chain[0].ExtKeyUsage)
}

func TestRequestsThatAreNotSigned(t *testing.T) {
	centre := newAuthority(t, newClock())
	good, err := ca.NewRequest(rand.Reader, "xaa-apt")
	require.NoError(t, err)
	broken := append([]byte{}, good.DER...)
	broken[len(broken)-1] ^= 1
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	ed, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, edKey)
	require.NoError(t, err)
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	p384, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, wide)
	require.NoError(t, err)
	for _, c := range []struct {
		name, station, want string
		der                 []byte
	}{
		{"nothing", "xaa-apt", "expected PKCS #10", nil},
		{"another's signature", "xaa-apt", "expected a signature by its own key", broken},
		{"another kind of key", "xaa-apt", "expected ECDSA on P-256", ed},
		{"another curve", "xaa-apt", "expected ECDSA on P-256", p384},
		{"endless", "xaa-apt", "expected at most", make([]byte, 9000)},
		{"no station", "", "station id", good.DER},
		{"a station with a dot", "a.b", "station id", good.DER},
		{"a station in capitals", "XAA", "station id", good.DER},
		{"a long station", strings.Repeat("a", 33), "station id", good.DER},
		{"a wildcard of the bus", "*", "station id", good.DER},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := centre.SignStation(c.der, c.station)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestAnAnswerIsChecked(t *testing.T) {
	at := newClock()
	centre, impostor := newAuthority(t, at), newAuthority(t, at)
	mine, err := ca.NewRequest(rand.Reader, "xaa-apt")
	require.NoError(t, err)
	others, err := ca.NewRequest(rand.Reader, "xaa-apt")
	require.NoError(t, err)
	chain, err := centre.SignStation(mine.DER, "xaa-apt")
	require.NoError(t, err)
	_, err = others.Accept(chain, centre.Pin(), at.now())
	require.ErrorContains(t, err, "for another key")
	_, err = mine.Accept(chain, impostor.Pin(), at.now())
	require.ErrorIs(t, err, ca.ErrPin)
	_, err = mine.Accept(chain[:1], centre.Pin(), at.now())
	require.ErrorContains(t, err, "expected the chain up to the root")
	_, err = mine.Accept(chain, centre.Pin(), at.now().Add(ca.LeafLife+time.Hour))
	require.ErrorContains(t, err, "expired")
}

func TestAnIdentityIsKeptAndReplaced(t *testing.T) {
	at, dir := newClock(), t.TempDir()
	centre := newAuthority(t, at)
	_, err := ca.LoadIdentity(dir)
	require.ErrorIs(t, err, fs.ErrNotExist)
	for range 2 {
		identity := enrol(t, centre, "xaa-apt", at.now())
		require.NoError(t, identity.Save(dir))
		loaded, err := ca.LoadIdentity(dir)
		require.NoError(t, err)
		require.Equal(t, "xaa-apt", loaded.Station)
		require.Equal(t, identity.Certificate.Certificate, loaded.Certificate.Certificate)
		require.Equal(t, centre.Pin(), loaded.Pin())
	}
	info, err := os.Stat(filepath.Join(dir, "station.pem"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	require.Empty(t, left, "no temporary file is left")
}

func TestAServersCertificateRenewsItself(t *testing.T) {
	at := newClock()
	source := serverSource(t, newAuthority(t, at), "central.test")
	first := source.Current()
	get := func() *tls.Certificate {
		cert, err := source.GetCertificate(&tls.ClientHelloInfo{})
		require.NoError(t, err)
		return cert
	}
	at.pass(source.RenewAt().Sub(at.now()) - time.Second)
	require.Same(t, first, get())
	at.pass(time.Second)
	second := get()
	require.NotSame(t, first, second)
	require.InDelta(t, float64(10*24*time.Hour), float64(source.RenewAt().Sub(at.now())), float64(time.Hour))
	require.Same(t, second, get())
}

func TestARenewalThatFailsLeavesTheOldCertificateInUse(t *testing.T) {
	at := newClock()
	first := serverSource(t, newAuthority(t, at), "central.test").Current()
	calls := 0
	failing := func(context.Context) (*tls.Certificate, error) { calls++; return nil, errors.New("the centre is away") }
	source, err := ca.NewSource(t.Context(), first, failing, at.now, quiet())
	require.NoError(t, err)
	at.pass(11 * 24 * time.Hour)
	require.NoError(t, source.Refresh(t.Context()))
	require.NoError(t, source.Refresh(t.Context()))
	require.Equal(t, 1, calls, "it waits a minute before it tries again")
	require.Same(t, first, source.Current())
	at.pass(20 * 24 * time.Hour)
	require.ErrorContains(t, source.Refresh(t.Context()), "the centre is away")
	_, err = ca.NewSource(t.Context(), nil, failing, at.now, quiet())
	require.Error(t, err)
}

func TestASourceLooksByItself(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		authority, err := ca.OpenOrCreate(dir, rand.Reader, time.Now)
		require.NoError(t, err)
		source, err := authority.Server([]string{"central.test"}, quiet())
		require.NoError(t, err)
		first := source.Current()
		ctx, cancel := context.WithTimeout(t.Context(), 11*24*time.Hour)
		defer cancel()
		require.NoError(t, source.Run(ctx, time.Hour))
		require.NotSame(t, first, source.Current())
	})
}

func TestTokensReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := ca.Token{Station: rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`).Draw(t, "station")}
		copy(want.Secret[:], rapid.SliceOfN(rapid.Byte(), 24, 24).Draw(t, "secret"))
		copy(want.Pin[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "pin"))
		got, err := ca.ParseToken("\n " + want.String() + "\n")
		require.NoError(t, err)
		require.Equal(t, want, got)
		other := want
		other.Secret[rapid.IntRange(0, 23).Draw(t, "at")] ^= 1
		require.NotEqual(t, want.Hash(), other.Hash())
	})
}

func TestTokensThatAreNone(t *testing.T) {
	token, err := ca.NewToken(rand.Reader, "xaa-apt", ca.Pin{1})
	require.NoError(t, err)
	good := token.String()
	parts := strings.Split(good, ".")
	for _, text := range []string{
		"", "bmis1", good[:len(good)-1], good + "A", strings.Replace(good, "bmis1", "bmis2", 1), good + ".x",
		strings.Replace(good, "xaa-apt", "*", 1), parts[0] + "." + parts[1] + "." + parts[2] + "\n." + parts[3], strings.Repeat("x.", 1000),
	} {
		_, err := ca.ParseToken(text)
		require.ErrorIs(t, err, ca.ErrToken, text)
		require.NotContains(t, err.Error(), parts[2], "the secret is not repeated")
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add("bmis1.xaa-apt." + strings.Repeat("A", 32) + "." + strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, text string) {
		token, err := ca.ParseToken(text)
		if err != nil {
			return
		}
		require.Equal(t, strings.TrimSpace(text), token.String())
	})
}

func FuzzDecodeChain(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		chain, err := ca.DecodeChain(text)
		if err == nil {
			again, err := ca.DecodeChain(ca.EncodeChain(chain...))
			require.NoError(t, err)
			require.Len(t, again, len(chain))
		}
	})
}
