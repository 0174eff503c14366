package trust_test

import (
	"bytes"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// TestManyAuthoritiesOfOneName: thousands of candidates do not make one search long, and nothing is taken for forged because of them.
func TestManyAuthoritiesOfOneName(t *testing.T) {
	u := newUtopia()
	stranger := pkitest.Certificate{Subject: u.csca.Name, NoKeyIDs: true, Extensions: []pkitest.Extension{pkitest.CA(0)}}
	var items []trust.Item
	for i := range int64(2000) {
		stranger.Serial = big.NewInt(i)
		items = append(items, trust.Item{ID: big.NewInt(i).Text(16), Kind: trust.CSCA, DER: stranger.Sign(seeded(1), u.other.Key, u.other)})
	}
	s := store(t, append(items, anchored(t, u.csca.DER)...)...)
	require.Equal(t, traveldoc.Pass, s.Chain(parse(t, u.dsc.DER), &signedAt, now).Verdict, "key identifiers come first")
	unknown := store(t, items...).Chain(parse(t, u.dsc.DER), &signedAt, now)
	require.Equal(t, trust.ReasonNoCSCA, unknown.Reason)
}

// TestLoopOfLinks: two link certificates that vouch for each other lead nowhere.
func TestLoopOfLinks(t *testing.T) {
	u := newUtopia()
	back := u.next.Link(seeded(1), u.csca, 45)
	got := store(t, anchored(t, u.link, back)...).Chain(parse(t, u.dsc.DER), &signedAt, now)
	require.Equal(t, traveldoc.Inconclusive, got.Verdict)
	require.Equal(t, trust.ReasonNoCSCA, got.Reason)
}

// TestALinkOrForgeryStoredAsAnAnchorIsNone: what an item calls itself is not enough.
func TestALinkOrForgeryStoredAsAnAnchorIsNone(t *testing.T) {
	u := newUtopia()
	tampered := bytes.Clone(u.csca.DER)
	tampered[len(tampered)-3] ^= 1
	for what, der := range map[string][]byte{"link": u.link, "tampered": tampered} {
		s := store(t, trust.Item{ID: what, Kind: trust.CSCA, DER: der})
		for _, dsc := range []*pkitest.Party{u.dsc, u.nextDSC} {
			require.NotEqual(t, traveldoc.Pass, s.Chain(parse(t, dsc.DER), &signedAt, now).Verdict, what)
		}
	}
}

func TestAnUnverifiedListVouchesForNobody(t *testing.T) {
	u := newUtopia()
	list := u.masterList(u.other.DER).DER(seeded(4))
	dsc := parse(t, u.other.DSC(seeded(5), "DSC", 5, key(31)).DER)
	for verified, anchors := range map[bool][]*pki.Certificate{true: {parse(t, u.csca.DER)}, false: nil} {
		got := store(t, trust.Import("ut.ml", list, trust.Options{Now: now, Anchors: anchors}).Items...).Chain(dsc, &signedAt, now)
		require.Equal(t, traveldoc.Pass, got.Verdict)
		require.Equal(t, !verified, len(got.Findings) == 1)
	}
}

// TestRevocationAsOpenSSLSeesIt compares good, revoked and expired lists.
func TestRevocationAsOpenSSLSeesIt(t *testing.T) {
	u := newUtopia()
	for what, test := range map[string]struct {
		crl     pkitest.CRL
		verdict traveldoc.Verdict
		says    string
	}{
		"good":    {u.crl(now.Add(time.Hour), 99), traveldoc.Pass, "OK"},
		"revoked": {u.crl(now.Add(time.Hour), 5), traveldoc.Fail, "certificate revoked"},
		"expired": {u.crl(now.Add(-time.Hour), 99), traveldoc.Inconclusive, "CRL has expired"},
	} {
		der := u.csca.CRL(seeded(1), test.crl)
		items := append(anchored(t, u.csca.DER), trust.Import("list", der, trust.Options{Now: now}).Items...)
		require.Equal(t, test.verdict, store(t, items...).Revocation(parse(t, u.dsc.DER), now).Verdict, what)
		out := openssl(t, map[string][]byte{"ca.pem": asPEM(u.csca.DER), "dsc.pem": asPEM(u.dsc.DER), "list.pem": crlPEM(der)},
			"verify", "-attime", big.NewInt(now.Unix()).String(), "-CAfile", "ca.pem", "-CRLfile", "list.pem", "-crl_check", "dsc.pem")
		require.Contains(t, out, test.says, what)
	}
}
