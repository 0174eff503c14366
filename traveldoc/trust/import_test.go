package trust_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

func TestImportOfEveryKind(t *testing.T) {
	u := newUtopia()
	list := u.masterList(u.csca.DER, u.other.DER)
	listDER := list.DER(seeded(4))
	indefinite := list
	indefinite.Indefinite = true
	crl := u.csca.CRL(seeded(1), u.crl(now))
	anchors := []*pki.Certificate{parse(t, u.csca.DER)}
	notAllowed := list
	notAllowed.Signer, notAllowed.Certificates = u.dsc, [][]byte{u.dsc.DER}
	noSigner := list
	noSigner.Certificates = nil
	wrong := list
	wrong.WrongDigest = make([]byte, 32)
	forger := *u.csca
	forger.Key = key(66)
	type want struct {
		kind    trust.FileKind
		verdict traveldoc.Verdict
		reason  string
		parsed  int
		refused int
		kinds   string
	}
	inconclusive := traveldoc.Inconclusive
	for name, test := range map[string]struct {
		data    []byte
		anchors []*pki.Certificate
		want    want
	}{
		"CSCA":        {u.csca.DER, nil, want{trust.FileCertificate, inconclusive, trust.ReasonSelfAsserted, 1, 0, "csca"}},
		"CSCA, known": {u.csca.DER, anchors, want{trust.FileCertificate, traveldoc.Pass, "", 1, 0, "csca"}},
		"link":        {u.link, anchors, want{trust.FileCertificate, traveldoc.Pass, "", 1, 0, "link"}},
		"DSC":         {u.dsc.DER, anchors, want{trust.FileCertificate, traveldoc.Pass, "", 1, 0, "dsc"}},
		"DSC that signs itself": {pkitest.Issue(seeded(1), pkitest.Certificate{Subject: u.dsc.Name, Extensions: []pkitest.Extension{pkitest.Uses(0)}},
			key(71), nil).DER, nil, want{trust.FileCertificate, inconclusive, trust.ReasonSelfAsserted, 1, 0, "dsc"}},
		"authority without extensions": {pkitest.Issue(seeded(1), pkitest.Certificate{Subject: u.csca.Name, NoKeyIDs: true}, key(71), nil).DER,
			nil, want{trust.FileCertificate, inconclusive, trust.ReasonSelfAsserted, 1, 0, "csca"}},
		"DSC, no anchor":  {u.dsc.DER, nil, want{trust.FileCertificate, inconclusive, trust.ReasonNoCSCA, 1, 0, "dsc"}},
		"list signer":     {u.listSigner.DER, anchors, want{trust.FileCertificate, traveldoc.Pass, "", 1, 0, "master_list_signer"}},
		"DSC in PEM":      {asPEM(u.dsc.DER), anchors, want{trust.FileCertificate, traveldoc.Pass, "", 1, 0, "dsc"}},
		"several in PEM":  {asPEM(u.csca.DER, u.dsc.DER, []byte{1, 2}), anchors, want{trust.FileCertificates, traveldoc.NotDone, trust.ReasonUnsigned, 2, 1, "csca dsc"}},
		"CRL":             {crl, anchors, want{trust.FileCRL, traveldoc.Pass, "", 1, 0, "crl"}},
		"CRL, no anchor":  {crl, nil, want{trust.FileCRL, inconclusive, trust.ReasonNoCSCA, 1, 0, "crl"}},
		"CRL tampered":    {flipped(crl, len(crl)-4), anchors, want{trust.FileCRL, traveldoc.Fail, trust.ReasonBadSignature, 1, 0, ""}},
		"list":            {listDER, anchors, want{trust.FileMasterList, traveldoc.Pass, "", 2, 0, "csca csca"}},
		"list, no anchor": {listDER, nil, want{trust.FileMasterList, inconclusive, trust.ReasonSelfAsserted, 2, 0, "csca csca"}},
		"list, foreign anchor": {listDER, []*pki.Certificate{parse(t, u.other.DER)},
			want{trust.FileMasterList, inconclusive, trust.ReasonSelfAsserted, 2, 0, "csca csca"}},
		"list in BER":      {indefinite.DER(seeded(4)), anchors, want{trust.FileMasterList, traveldoc.Pass, "", 2, 0, "csca csca"}},
		"list, wrong hash": {wrong.DER(seeded(4)), anchors, want{trust.FileMasterList, traveldoc.Fail, trust.ReasonBadSignature, 2, 0, ""}},
		"list by a DSC": {notAllowed.DER(seeded(4)), anchors,
			want{trust.FileMasterList, inconclusive, trust.ReasonSignerNotAllowed, 2, 0, "csca csca"}},
		"list, no signer": {noSigner.DER(seeded(4)), anchors,
			want{trust.FileMasterList, inconclusive, trust.ReasonNoSigner, 2, 0, "csca csca"}},
		"raw list": {pkitest.MasterList(u.csca.DER, pkitest.Seq()), anchors,
			want{trust.FileMasterList, traveldoc.NotDone, trust.ReasonUnsigned, 1, 1, "csca"}},
		"forged DSC": {forger.DSC(seeded(1), "DSC", 5, key(70)).DER, []*pki.Certificate{parse(t, forgedAnchor(&forger, u))},
			want{trust.FileCertificate, traveldoc.Fail, trust.ReasonBadSignature, 1, 0, ""}},
		"text":     {[]byte("hello"), nil, want{trust.FileUnknown, traveldoc.NotDone, trust.ReasonUnreadable, 0, 1, ""}},
		"nothing":  {nil, nil, want{trust.FileUnknown, traveldoc.NotDone, trust.ReasonUnreadable, 0, 1, ""}},
		"half":     {u.csca.DER[:99], nil, want{trust.FileCertificate, traveldoc.NotDone, trust.ReasonUnreadable, 0, 1, ""}},
		"any JSON": {[]byte(`{"a": 1}`), nil, want{trust.FileDeviations, traveldoc.NotDone, trust.ReasonUnreadable, 0, 1, ""}},
		"SOD": {pkitest.SignedData{ContentType: pki.OIDLDSSecurityObject, Content: []byte("a"), Signer: u.dsc}.DER(seeded(1)), nil,
			want{trust.FileMasterList, traveldoc.NotDone, trust.ReasonUnreadable, 0, 1, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			got := trust.Import("file", test.data, trust.Options{Now: now, Anchors: test.anchors})
			var kinds []string
			for _, item := range got.Items {
				kinds = append(kinds, string(item.Kind))
			}
			r := got.Report
			require.Equal(t, test.want, want{r.Kind, r.Signature.Verdict, r.Signature.Reason, r.Parsed, len(r.Refused), strings.Join(kinds, " ")}, r)
			require.Equal(t, "file", r.File)
			for _, refused := range r.Refused {
				require.NotEmpty(t, refused.Reason)
			}
		})
	}
	large := trust.Import("file", make([]byte, 101), trust.Options{Now: now, MaxBytes: 100})
	require.Contains(t, large.Report.Refused[0].Reason, "at most 100")
}

// forgedAnchor is a certificate with another key whose identifier is the one that the forger's certificates name.
func forgedAnchor(forger *pkitest.Party, u *utopia) []byte {
	id := pkitest.Extension{OID: "2.5.29.14", Value: pkitest.Octets(forger.Key.KeyID())}
	return pkitest.Certificate{Subject: u.csca.Name, NoKeyIDs: true, Extensions: []pkitest.Extension{id, pkitest.CA(0)}}.Sign(seeded(1), u.csca.Key, u.csca)
}

func flipped(data []byte, at int) []byte {
	out := bytes.Clone(data)
	out[at] ^= 1
	return out
}

func TestReportIsTheAnswerOfTheTool(t *testing.T) {
	u := newUtopia()
	broken := pkitest.Seq(pkitest.Seq())
	list := u.masterList()
	list.Content = pkitest.Seq(pkitest.Small(0), pkitest.Element(0x31, u.csca.DER, broken))
	report := trust.Import("ut.ml", list.DER(seeded(4)), trust.Options{Now: now}).Report
	text, err := json.Marshal(report)
	require.NoError(t, err)
	require.JSONEq(t, `{"file": "ut.ml", "kind": "master_list", "signer": "C=UT, CN=Master List Signer",
		"signature": {"verdict": "inconclusive", "reason": "self_asserted"}, "parsed": 1,
		"refused": [{"index": 1, "subject": "", "reason": "tbsCertificate.serialNumber at byte 4: expected INTEGER, found the end"}]}`, string(text))
}

func TestPKD(t *testing.T) {
	u := newUtopia()
	list := u.masterList(u.csca.DER, u.other.DER).DER(seeded(4))
	crl := u.csca.CRL(seeded(1), u.crl(now))
	file := ldif([2]any{"userCertificate;binary", u.dsc.DER}, [2]any{"cACertificate;binary", u.link},
		[2]any{"certificateRevocationList;binary", crl}, [2]any{"pkdMasterListContent;binary", list}, [2]any{"CscaMasterListData", list},
		[2]any{"userCertificate;binary", []byte("broken")}, [2]any{"pkdVersion", []byte("1200")})
	file = append(file, "dn: cn=x\nchangetype: delete\n\n"...)
	got := trust.Import("pkd.ldif", file, trust.Options{Now: now, Anchors: []*pki.Certificate{parse(t, u.csca.DER)}})
	require.Equal(t, trust.FileLDIF, got.Report.Kind)
	require.Equal(t, 1+1+1+2+2, got.Report.Parsed)
	require.Len(t, got.Items, 5, "what stands twice is one item")
	require.Len(t, got.Report.Contained, 3)
	require.Equal(t, "pkd.ldif[3] pkdmasterlistcontent", got.Report.Contained[1].File)
	require.Equal(t, traveldoc.Pass, got.Report.Contained[1].Signature.Verdict)
	require.Len(t, got.Report.Refused, 2)
	require.Equal(t, 5, got.Report.Refused[0].Index)
	require.Contains(t, got.Report.Refused[1].Reason, `changetype "delete"`)

	for _, bad := range []string{"userCertificate:: ***", "userCertificate:< file:///etc/passwd", "no colon"} {
		record := "dn: cn=y\n" + bad + "\ncn: y\n\n"
		around := append([]byte(record), file...)
		cut := trust.Import("pkd.ldif", around, trust.Options{Now: now})
		require.Len(t, cut.Items, 5, "what comes after is read: %s", bad)
		require.Len(t, cut.Report.Refused, 3)
		require.Equal(t, "cn=y", cut.Report.Refused[0].Subject)
		require.Zero(t, cut.Report.Refused[0].Index)
		require.Contains(t, cut.Report.Refused[0].Reason, "line 2: ")
		require.Equal(t, 6, cut.Report.Refused[1].Index)
	}

	tampered := ldif([2]any{"userCertificate;binary", flipped(u.dsc.DER, bytes.Index(u.dsc.DER, []byte("DSC 5")))})
	forged := trust.Import("pkd.ldif", tampered, trust.Options{Now: now, Anchors: []*pki.Certificate{parse(t, u.csca.DER)}})
	require.Empty(t, forged.Items)
	require.Equal(t, trust.ReasonBadSignature, forged.Report.Refused[0].Reason)
}

// TestListSignerThatMayNotSign: an anchor vouches for the signer, and its certificate, or a revocation list, says that it may not.
func TestListSignerThatMayNotSign(t *testing.T) {
	u := newUtopia()
	signer := func(n byte, extensions ...pkitest.Extension) *pkitest.Party {
		lists := pkitest.Extension{OID: "2.5.29.37", Critical: true, Value: pkitest.Seq(pkitest.OID(pki.OIDMasterListSigner))}
		return pkitest.Issue(seeded(n), pkitest.Certificate{
			Serial: big.NewInt(int64(n)), Subject: pkitest.NameOf("UT", "Lists"), Extensions: append(extensions, lists),
		}, key(n), u.csca)
	}
	usual, encrypts := signer(41, pkitest.Uses(0)), signer(42, pkitest.Uses(2))
	crl := func(by *pkitest.Party, serials ...int64) []*pki.CRL {
		list, err := pki.ParseCRL(by.CRL(seeded(1), u.crl(now.AddDate(0, 1, 0), serials...)))
		require.NoError(t, err)
		return []*pki.CRL{list}
	}
	for what, test := range map[string]struct {
		signer *pkitest.Party
		signed time.Time
		now    time.Time
		lists  []*pki.CRL
		want   string
	}{
		"in order":                      {usual, signedAt, now, nil, "pass "},
		"not on the revocation list":    {usual, signedAt, now, crl(u.csca, 99), "pass "},
		"revoked":                       {usual, signedAt, now, crl(u.csca, 41), "inconclusive signer_revoked"},
		"revoked by somebody else":      {usual, signedAt, now, crl(u.other, 41), "pass "},
		"expired":                       {usual, signedAt, pkitest.Until.AddDate(1, 0, 0), nil, "inconclusive signer_not_valid"},
		"signed before it was valid":    {usual, pkitest.From.AddDate(-1, 0, 0), now, nil, "inconclusive signer_not_valid"},
		"its key is for other things":   {encrypts, signedAt, now, nil, "inconclusive signer_not_allowed"},
		"the CSCA signs the list alone": {u.csca, signedAt, now, nil, "pass "},
	} {
		list := u.masterList(u.other.DER)
		list.Signer, list.Certificates, list.SigningTime = test.signer, [][]byte{test.signer.DER}, test.signed
		got := trust.Import("ut.ml", list.DER(seeded(4)), trust.Options{
			Now: test.now, Anchors: []*pki.Certificate{parse(t, u.csca.DER)}, Lists: test.lists,
		})
		note := got.Report.Signature
		require.Equal(t, test.want, note.Verdict.String()+" "+note.Reason, what)
		require.Equal(t, note.Verdict, got.Items[0].Sources[0].Verified, what)
	}
}

func TestLDIFReader(t *testing.T) {
	text := "version: 1\n\ndn:: Y249w7w=\ncn: a\n b\nempty:\n\n\n# comment\n folded comment\ndn: cn=2\r\nx;lang-de: y\r\n"
	r := trust.NewLDIFReader(strings.NewReader(text))
	first, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, trust.LDIFEntry{Index: 0, Line: 3, DN: "cn=ü", Values: []trust.LDIFValue{
		{Name: "cn", Data: []byte("ab")}, {Name: "empty", Data: []byte{}}}}, first)
	second, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, trust.LDIFEntry{Index: 1, Line: 11, DN: "cn=2", Values: []trust.LDIFValue{{Name: "x", Data: []byte("y")}}}, second)
	_, err = r.Next()
	require.ErrorIs(t, err, io.EOF)

	for text, says := range map[string]string{
		"dn: a\nno colon\n":                          "line 2: expected \"attribute: value\"",
		"dn: a\nphoto:< file:///etc/passwd\n":        "line 2: photo: a URL is not followed",
		"dn: a\nc:: a\n":                             "line 2: c: expected base64",
		"dn: a\n" + strings.Repeat("x: y\n", 10_001): "10000 values",
		"dn: a\nx: " + strings.Repeat("y", 33<<20):   "longer than 32 MB",
	} {
		_, err := trust.NewLDIFReader(strings.NewReader(text)).Next()
		require.ErrorContains(t, err, says)
	}
	_, err = trust.NewLDIFReader(io.MultiReader(strings.NewReader("dn: a\n"), broken{})).Next()
	require.ErrorIs(t, err, errBroken)
}

var errBroken = errors.New("the disk is gone")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func TestRealListsAnchorEachOther(t *testing.T) {
	german, dutch := realList(t, "DE_ML_2025-06-25-09-31-57.ml"), realList(t, "NL_ML_2025-12-20.ml")
	for name, test := range map[string]struct{ list, root []byte }{
		"German": {german, realList(t, "DE_ROOT_CA_CSCA07.cer")}, "Dutch": {dutch, realList(t, "NL_ROOT_CA.cer")},
	} {
		got := trust.Import(name, test.list, trust.Options{Now: now, Anchors: []*pki.Certificate{parse(t, test.root)}})
		require.Equal(t, trust.SignatureNote{Verdict: traveldoc.Pass}, got.Report.Signature, name)
		require.Empty(t, got.Report.Refused, name)
		require.Equal(t, traveldoc.Inconclusive, trust.Import(name, test.list, trust.Options{Now: now}).Report.Signature.Verdict, name)
		bad := trust.Import(name, flipped(test.list, len(test.list)/2), trust.Options{Now: now})
		require.Equal(t, traveldoc.Fail, bad.Report.Signature.Verdict, name)
		require.Empty(t, bad.Items, name)
	}
	items := trust.Merge(trust.Import("German", german, trust.Options{Now: now}).Items, trust.Import("Dutch", dutch, trust.Options{Now: now}).Items)
	s := store(t, items...)
	require.Greater(t, s.Counts()[trust.CSCA], 400)
	require.Greater(t, s.Counts()[trust.Link], 100)
	anchored, both := 0, 0
	for _, item := range items {
		if len(item.Sources) == 2 {
			both++
		}
		if item.Kind != trust.Link {
			continue
		}
		if got := s.Chain(parse(t, item.DER), nil, now); got.Verdict == traveldoc.Pass {
			anchored++
		} else {
			require.NotEqual(t, traveldoc.Fail, got.Verdict, "%s: %s", parse(t, item.DER).Subject, got.Detail)
		}
	}
	require.Greater(t, both, 200, "most certificates are on both lists, with both sources")
	require.Greater(t, anchored, 100, "link certificates lead to the older CSCA on the list")
}
