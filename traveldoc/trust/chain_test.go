package trust_test

import (
	"bytes"
	"crypto"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

func TestChainToAnAnchor(t *testing.T) {
	u := newUtopia()
	s := store(t, anchored(t, u.other.DER, u.csca.DER)...)
	got := s.Chain(parse(t, u.dsc.DER), &signedAt, now)
	require.Equal(t, traveldoc.Pass, got.Verdict)
	require.Empty(t, got.Reason)
	require.Equal(t, u.csca.DER, got.Anchor.Certificate.Raw)
	require.Equal(t, []trust.Source{{Origin: trust.Bilateral, List: "file-1", Verified: traveldoc.Inconclusive, Date: now}}, got.Anchor.Sources)
	require.Empty(t, got.Via)
	require.Empty(t, got.Findings)
	require.Equal(t, int64(7), got.Version)
	require.Equal(t, now, got.AsOf)
	require.Equal(t, map[trust.Kind]int{trust.CSCA: 2}, s.Counts())
}

func TestChainByLinkCertificate(t *testing.T) {
	u := newUtopia()
	dsc := parse(t, u.nextDSC.DER)
	got := store(t, anchored(t, u.csca.DER, u.link)...).Chain(dsc, &signedAt, now)
	require.Equal(t, traveldoc.Pass, got.Verdict)
	require.Equal(t, u.csca.DER, got.Anchor.Certificate.Raw)
	require.Len(t, got.Via, 1)
	require.Equal(t, trust.Link, got.Via[0].Kind)
	require.Equal(t, u.link, got.Via[0].Certificate.Raw)
	require.Empty(t, got.Findings, "a link certificate does not count for pathLen: it is self-issued")

	direct := store(t, anchored(t, u.link, u.csca.DER, u.next.DER)...).Chain(dsc, &signedAt, now)
	require.Equal(t, u.next.DER, direct.Anchor.Certificate.Raw, "the new CSCA itself comes before the link to the old one")
	require.Empty(t, direct.Via)

	alone := store(t, anchored(t, u.link)...).Chain(dsc, &signedAt, now)
	require.Equal(t, traveldoc.Inconclusive, alone.Verdict, "a link certificate is no anchor")
	require.Equal(t, trust.ReasonNoCSCA, alone.Reason)
	require.Contains(t, alone.Detail, "link certificate")
}

func TestWithoutAnchorNothingIsForged(t *testing.T) {
	u := newUtopia()
	dsc := parse(t, u.dsc.DER)
	for name, s := range map[string]*trust.Store{
		"no store": nil, "empty": store(t), "another state": store(t, anchored(t, u.other.DER)...),
		"the same name, another key": store(t, anchored(t, u.next.DER)...),
	} {
		got := s.Chain(dsc, &signedAt, now)
		require.Equal(t, traveldoc.Inconclusive, got.Verdict, name)
		require.Equal(t, trust.ReasonNoCSCA, got.Reason, name)
		require.Nil(t, got.Anchor, name)
		require.Contains(t, got.Detail, "CSCA Utopia", name)
	}
	require.Equal(t, traveldoc.NotDone, store(t).Chain(nil, nil, now).Verdict)
}

func TestForgedSignersAreRed(t *testing.T) {
	u := newUtopia()
	s := store(t, anchored(t, u.csca.DER, u.other.DER)...)
	forger := *u.csca
	forger.Key = key(66)
	claimed := pkitest.Extension{OID: "2.5.29.35", Value: pkitest.Seq(pkitest.Element(0x80, u.csca.Key.KeyID()))}
	forged := pkitest.Certificate{
		Serial: big.NewInt(5), Subject: u.dsc.Name, NoKeyIDs: true, Extensions: []pkitest.Extension{claimed, pkitest.Uses(0)},
	}.Sign(seeded(8), key(67), &forger)
	got := s.Chain(parse(t, forged), &signedAt, now)
	require.Equal(t, traveldoc.Fail, got.Verdict)
	require.Equal(t, trust.ReasonBadSignature, got.Reason)
	require.Contains(t, got.Detail, "CSCA Utopia")

	tampered := bytes.Clone(u.dsc.DER)
	tampered[bytes.Index(tampered, []byte("DSC 5"))] ^= 1
	require.Equal(t, traveldoc.Fail, s.Chain(parse(t, tampered), &signedAt, now).Verdict)

	// Another name does not help: key identifiers find the anchor.
	elsewhere := forger
	elsewhere.Name = pkitest.NameOf("QQ", "Nobody")
	hidden := pkitest.Certificate{
		Serial: big.NewInt(5), Subject: u.dsc.Name, NoKeyIDs: true, Extensions: []pkitest.Extension{claimed},
	}.Sign(seeded(8), key(67), &elsewhere)
	require.Equal(t, traveldoc.Fail, s.Chain(parse(t, hidden), &signedAt, now).Verdict)

	// Nor does a certificate of the forger's own that names itself an authority.
	self := pkitest.CSCA(seeded(9), pkitest.NameOf("UT", "CSCA Utopia"), key(68))
	require.Equal(t, trust.ReasonNoCSCA, s.Chain(parse(t, self.DER), &signedAt, now).Reason)
	require.Equal(t, trust.ReasonNoCSCA, s.Chain(parse(t, self.DSC(seeded(1), "DSC", 9, key(69)).DER), &signedAt, now).Reason)
}

func TestShortKeyIdentifiersAreSharedByStates(t *testing.T) {
	short := pkitest.Extension{OID: "2.5.29.14", Value: pkitest.Octets([]byte{1})}
	aki := pkitest.Extension{OID: "2.5.29.35", Value: pkitest.Seq(pkitest.Element(0x80, []byte{1}))}
	authority := func(country string, n byte) *pkitest.Party {
		return pkitest.Issue(seeded(n), pkitest.Certificate{Subject: pkitest.NameOf(country, "CSCA"), NoKeyIDs: true,
			Extensions: []pkitest.Extension{pkitest.CA(0), pkitest.Uses(5, 6), short, aki}}, key(n), nil)
	}
	one, two := authority("UT", 21), authority("XY", 22)
	dsc := pkitest.Certificate{Subject: pkitest.NameOf("XY", "DSC"), NoKeyIDs: true, Extensions: []pkitest.Extension{aki, pkitest.Uses(0)}}.Sign(
		seeded(3), key(23), two)
	require.Equal(t, traveldoc.Pass, store(t, anchored(t, one.DER, two.DER)...).Chain(parse(t, dsc), &signedAt, now).Verdict)
	require.Equal(t, trust.ReasonNoCSCA, store(t, anchored(t, one.DER)...).Chain(parse(t, dsc), &signedAt, now).Reason,
		"another state's identifier of one byte proves nothing")
}

func TestViolationsAreFindings(t *testing.T) {
	name := pkitest.NameOf("UT", "CSCA Utopia")
	early, late := pkitest.From.AddDate(-1, 0, 0), pkitest.Until.AddDate(1, 0, 0)
	period := pkitest.Extension{OID: "2.5.29.16", Value: pkitest.Seq(
		pkitest.Element(0x80, []byte("20240101000000Z")), pkitest.Element(0x81, []byte("20240301000000Z")))}
	uses := pkitest.Uses(0)
	csca := func(extensions ...pkitest.Extension) pkitest.Certificate {
		return pkitest.Certificate{Subject: name, Extensions: extensions}
	}
	dsc := func(extensions ...pkitest.Extension) pkitest.Certificate {
		return pkitest.Certificate{Serial: big.NewInt(2), Subject: pkitest.NameOf("UT", "DSC"), Extensions: extensions}
	}
	usual := csca(pkitest.CA(0), pkitest.Uses(5, 6))
	for what, test := range map[string]struct {
		csca, dsc pkitest.Certificate
		signedAt  *time.Time
		now       time.Time
		hash      crypto.Hash
		want      []string
	}{
		"none":                            {usual, dsc(uses), &signedAt, now, crypto.SHA256, nil},
		"CSCA may not sign certificates":  {csca(pkitest.CA(0), pkitest.Uses(6)), dsc(uses), &signedAt, now, crypto.SHA256, []string{"csca key_usage"}},
		"DSC is an authority":             {usual, dsc(uses, pkitest.CA(0)), &signedAt, now, crypto.SHA256, []string{"dsc dsc_is_ca"}},
		"DSC may not sign":                {usual, dsc(pkitest.Uses(5)), &signedAt, now, crypto.SHA256, []string{"dsc key_usage"}},
		"signed before the DSC was valid": {usual, dsc(uses), &early, now, crypto.SHA256, []string{"dsc not_valid_at_sign", "csca not_valid_at_sign"}},
		"expired":                         {usual, dsc(uses), &signedAt, late, crypto.SHA256, []string{"dsc expired", "csca expired"}},
		"not yet valid":                   {usual, dsc(uses), &signedAt, early, crypto.SHA256, []string{"dsc not_yet_valid", "csca not_yet_valid"}},
		"signing time unknown":            {usual, dsc(uses), nil, now, crypto.SHA256, []string{"dsc signing_time"}},
		"private key period":              {usual, dsc(uses, period), &signedAt, now, crypto.SHA256, []string{"dsc private_key_period"}},
		"SHA-1":                           {usual, dsc(uses), &signedAt, now, crypto.SHA1, []string{"dsc sha1"}},
		"no key identifier": {usual, pkitest.Certificate{Subject: pkitest.NameOf("UT", "DSC"), NoKeyIDs: true,
			Extensions: []pkitest.Extension{uses}}, &signedAt, now, crypto.SHA256, []string{"dsc no_key_id"}},
		"key identifier of nobody": {usual, pkitest.Certificate{Subject: pkitest.NameOf("UT", "DSC"), NoKeyIDs: true,
			Extensions: []pkitest.Extension{uses, {OID: "2.5.29.35", Value: pkitest.Seq(pkitest.Element(0x80, make([]byte, 20)))}}},
			&signedAt, now, crypto.SHA256, []string{"dsc key_id_differs"}},
	} {
		t.Run(what, func(t *testing.T) {
			authority := pkitest.Issue(seeded(1), test.csca, key(1), nil)
			authority.Algo.Hash = test.hash
			der := test.dsc.Sign(seeded(2), key(2), authority)
			got := store(t, anchored(t, authority.DER)...).Chain(parse(t, der), test.signedAt, test.now)
			require.Equal(t, traveldoc.Pass, got.Verdict, "a violation does not break the chain: %s %s", got.Reason, got.Detail)
			require.Equal(t, test.want, codes(got.Findings))
		})
	}
}

func TestSelfAssertedAnchors(t *testing.T) {
	u := newUtopia()
	own := trust.Import("ut.ml", u.masterList(u.csca.DER, u.other.DER).DER(seeded(4)), trust.Options{Now: now, Anchors: []*pki.Certificate{parse(t, u.csca.DER)}})
	s := store(t, own.Items...)
	got := s.Chain(parse(t, u.dsc.DER), &signedAt, now)
	require.Equal(t, []string{"csca self_asserted"}, codes(got.Findings), "Utopia's list vouches for Utopia's own CSCA")
	elsewhere := s.Chain(parse(t, u.other.DSC(seeded(5), "DSC", 5, key(31)).DER), &signedAt, now)
	require.Empty(t, elsewhere.Findings)
	require.Equal(t, []trust.Source{{
		Origin: trust.Listed, List: "ut.ml", Signer: "C=UT, CN=Master List Signer", Country: "UT", Verified: traveldoc.Pass, Date: signedAt,
	}}, elsewhere.Anchor.Sources)
	both := store(t, trust.Merge(own.Items, anchored(t, u.csca.DER))...).Chain(parse(t, u.dsc.DER), &signedAt, now)
	require.Empty(t, both.Findings)
	require.Len(t, both.Anchor.Sources, 2)
}

func TestUnsupportedAnchor(t *testing.T) {
	u := newUtopia()
	der := bytes.ReplaceAll(u.dsc.DER, pkitest.OID("1.2.840.10045.4.3.2"), pkitest.OID("1.2.840.10045.4.3.9"))
	got := store(t, anchored(t, u.csca.DER)...).Chain(parse(t, der), &signedAt, now)
	require.Equal(t, traveldoc.Inconclusive, got.Verdict)
	require.Equal(t, trust.ReasonUnsupported, got.Reason)
}

// TestChainsThatProveNothing: the signatures hold, and what signed may not sign so, or nobody knows what was asked of it.
func TestChainsThatProveNothing(t *testing.T) {
	root := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), key(1))
	critical := pkitest.Extension{OID: "1.2.3.4", Critical: true, Value: pkitest.Null()}
	notCA := pkitest.Extension{OID: "2.5.29.19", Critical: true, Value: pkitest.Seq()}
	under := func(parent *pkitest.Party, name string, n byte, extensions ...pkitest.Extension) *pkitest.Party {
		return pkitest.Issue(seeded(n), pkitest.Certificate{
			Serial: big.NewInt(int64(n)), Subject: pkitest.NameOf("UT", name), Extensions: extensions,
		}, key(n), parent)
	}
	uses := pkitest.Uses(0)
	stranger := under(root, "Signs and is no authority", 2, pkitest.Uses(0, 5), notCA)
	silent := under(root, "Says nothing of being one", 3, pkitest.Uses(5, 6))
	middle := under(root, "Below a CSCA that allows none below", 4, pkitest.CA(0), pkitest.Uses(5, 6))
	self := under(nil, "Signs itself", 5, pkitest.Uses(5, 6))
	strange := under(nil, "Strange", 6, pkitest.CA(0), pkitest.Uses(5, 6), critical)
	for what, test := range map[string]struct {
		authorities [][]byte
		dsc         *pkitest.Party
		want        string
		detail      string
	}{
		"CA=false":                  {[][]byte{root.DER, stranger.DER}, under(stranger, "DSC", 7, uses), "inconclusive issuer_not_ca", "is no authority"},
		"no basicConstraints":       {[][]byte{root.DER, silent.DER}, under(silent, "DSC", 7, uses), "inconclusive issuer_not_ca", "is no authority"},
		"an anchor that is none":    {[][]byte{self.DER}, under(self, "DSC", 7, uses), "inconclusive issuer_not_ca", "Signs itself"},
		"pathLen":                   {[][]byte{root.DER, middle.DER}, under(middle, "DSC", 7, uses), "inconclusive path_length", "pathLenConstraint 0"},
		"critical in the signer":    {[][]byte{root.DER}, under(root, "DSC", 7, uses, critical), "inconclusive unknown_critical", "1.2.3.4"},
		"critical in the anchor":    {[][]byte{strange.DER}, under(strange, "DSC", 7, uses), "inconclusive unknown_critical", "1.2.3.4"},
		"none of that, right below": {[][]byte{root.DER, strange.DER}, under(root, "DSC", 7, uses), "pass ", ""},
	} {
		got := store(t, anchored(t, test.authorities...)...).Chain(parse(t, test.dsc.DER), &signedAt, now)
		require.Equal(t, test.want, got.Verdict.String()+" "+got.Reason, what)
		require.Contains(t, got.Detail, test.detail, what)
		require.Equal(t, got.Reason == trust.ReasonIssuerNotCA, got.Anchor == nil, what)
	}
	list := trust.Import("list.crl", stranger.CRL(seeded(1), pkitest.CRL{ThisUpdate: now}), trust.Options{Now: now}).Items
	listed := store(t, append(anchored(t, root.DER, stranger.DER), list...)...).Revocation(parse(t, under(stranger, "DSC", 7, uses).DER), now)
	require.Equal(t, trust.ReasonListUntrusted, listed.Reason, "nor does what is no authority revoke")
}

// TestAnchorOfAFailedList: somebody accepted the material of a list whose signature is wrong.
func TestAnchorOfAFailedList(t *testing.T) {
	u := newUtopia()
	list := u.masterList(u.csca.DER)
	list.WrongDigest = make([]byte, 32)
	failed := trust.Import("bad.ml", list.DER(seeded(4)), trust.Options{Now: now, KeepFailed: true}).Items
	require.Len(t, failed, 1)
	got := store(t, failed...).Chain(parse(t, u.dsc.DER), &signedAt, now)
	require.Equal(t, "inconclusive unverified_list", got.Verdict.String()+" "+got.Reason)
	require.Contains(t, got.Detail, "the signature of bad.ml is wrong")
	require.Equal(t, []string{"csca failed_list", "csca self_asserted"}, codes(got.Findings))
	require.NotNil(t, got.Anchor, "the expert sees which")

	unsigned := trust.Import("own.cer", u.csca.DER, trust.Options{Now: now}).Items
	for what, other := range map[string][]trust.Item{"handed over": anchored(t, u.csca.DER), "imported by itself": unsigned} {
		got = store(t, trust.Merge(failed, other)...).Chain(parse(t, u.dsc.DER), &signedAt, now)
		require.Equal(t, traveldoc.Pass, got.Verdict, what)
	}
}
