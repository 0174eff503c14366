package trust_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

func TestRevocation(t *testing.T) {
	u := newUtopia()
	future, past := now.AddDate(0, 3, 0), now.AddDate(0, 0, -1)
	forger := *u.csca
	forger.Key = key(66)
	elsewhere := *u.csca // another state's key under this state's name
	elsewhere.Key = u.other.Key
	older := u.crl(future)
	older.ThisUpdate = older.ThisUpdate.AddDate(0, -1, 0)
	critical := u.crl(future)
	critical.Extensions = []pkitest.Extension{{OID: "1.2.3.4", Critical: true, Value: pkitest.Null()}}
	noKeyUsage := pkitest.Issue(seeded(1), pkitest.Certificate{Subject: u.csca.Name, Extensions: []pkitest.Extension{pkitest.CA(0), pkitest.Uses(5)}}, u.csca.Key, nil)
	for what, test := range map[string]struct {
		anchor  []byte
		lists   [][]byte
		verdict traveldoc.Verdict
		reason  string
		detail  string
	}{
		"good":    {u.csca.DER, [][]byte{u.csca.CRL(seeded(1), u.crl(future, 99))}, traveldoc.Pass, "", ""},
		"revoked": {u.csca.DER, [][]byte{u.csca.CRL(seeded(1), u.crl(future, 99, 5))}, traveldoc.Fail, trust.ReasonRevoked, ""},
		"expired": {u.csca.DER, [][]byte{u.csca.CRL(seeded(1), u.crl(past, 99))}, traveldoc.Inconclusive, trust.ReasonListExpired,
			"next update was due 2026-01-31"},
		"revoked on an expired list": {u.csca.DER, [][]byte{u.csca.CRL(seeded(1), u.crl(past, 5))}, traveldoc.Fail, trust.ReasonRevoked, ""},
		"no list":                    {u.csca.DER, nil, traveldoc.Inconclusive, trust.ReasonNoList, ""},
		"another state's list":       {u.csca.DER, [][]byte{u.other.CRL(seeded(1), u.crl(future, 5))}, traveldoc.Inconclusive, trust.ReasonNoList, ""},
		"no anchor for the list":     {u.other.DER, [][]byte{u.csca.CRL(seeded(1), u.crl(future, 5))}, traveldoc.Inconclusive, trust.ReasonListUntrusted, trust.ReasonNoCSCA},
		"forged list": {u.csca.DER, [][]byte{forger.CRL(seeded(1), u.crl(future))}, traveldoc.Inconclusive, trust.ReasonListUntrusted,
			trust.ReasonNoCSCA},
		"forged beside the right one": {u.csca.DER, [][]byte{forger.CRL(seeded(1), u.crl(future)), u.csca.CRL(seeded(1), older),
			u.csca.CRL(seeded(1), u.crl(future, 5))}, traveldoc.Fail, trust.ReasonRevoked, ""},
		"another state's key": {u.other.DER, [][]byte{elsewhere.CRL(seeded(1), u.crl(future, 5))}, traveldoc.Inconclusive,
			trust.ReasonListUntrusted, trust.ReasonNoCSCA},
		"key of a link that leads nowhere": {u.link, [][]byte{u.next.CRL(seeded(1), u.crl(future, 5))}, traveldoc.Inconclusive,
			trust.ReasonListUntrusted, trust.ReasonNoCSCA},
		"critical extension":      {u.csca.DER, [][]byte{u.csca.CRL(seeded(1), critical)}, traveldoc.Inconclusive, trust.ReasonUnsupported, "1.2.3.4"},
		"CSCA may not sign lists": {noKeyUsage.DER, [][]byte{u.csca.CRL(seeded(1), u.crl(future))}, traveldoc.Pass, "", ""},
	} {
		t.Run(what, func(t *testing.T) {
			items := anchored(t, test.anchor)
			for _, der := range test.lists {
				got := trust.Import("list.crl", der, trust.Options{Now: now})
				require.Equal(t, trust.FileCRL, got.Report.Kind)
				items = append(items, got.Items...)
			}
			got := store(t, items...).Revocation(parse(t, u.dsc.DER), now)
			require.Equal(t, test.verdict, got.Verdict, got.Detail)
			require.Equal(t, test.reason, got.Reason)
			require.Equal(t, test.detail, got.Detail)
			require.Equal(t, int64(7), got.Version)
			if test.reason == trust.ReasonRevoked {
				require.Equal(t, signedAt, *got.RevokedAt)
				require.Equal(t, "keyCompromise", got.RevokedWhy)
			}
			if test.verdict != traveldoc.Inconclusive {
				require.Equal(t, "list.crl", got.Sources[0].List)
				require.NotNil(t, got.NextUpdate)
			}
			if what == "CSCA may not sign lists" {
				require.Equal(t, []string{"csca key_usage"}, codes(got.Findings))
			}
		})
	}
	require.Equal(t, trust.ReasonNoList, (*trust.Store)(nil).Revocation(parse(t, u.dsc.DER), now).Reason)
	require.Equal(t, traveldoc.NotDone, store(t).Revocation(nil, now).Verdict)
}

// TestListOfTheNewKey: after a rollover the new key signs the list, for the certificates of the old key too.
func TestListOfTheNewKey(t *testing.T) {
	u := newUtopia()
	got := trust.Import("list.crl", u.next.CRL(seeded(1), u.crl(now.AddDate(0, 1, 0), 5)), trust.Options{Now: now})
	for what, anchors := range map[string][]trust.Item{
		"by the new CSCA": anchored(t, u.csca.DER, u.next.DER), "by the link certificate": anchored(t, u.csca.DER, u.link),
	} {
		answer := store(t, append(anchors, got.Items...)...).Revocation(parse(t, u.dsc.DER), now)
		require.Equal(t, trust.ReasonRevoked, answer.Reason, what)
	}
}

// TestListsOfTwoKeys: two keys of one name keep lists of their own, and the newer list of one says nothing of what the other revoked.
func TestListsOfTwoKeys(t *testing.T) {
	u := newUtopia()
	future, past := now.AddDate(0, 3, 0), now.AddDate(0, 0, -1)
	older := func(c pkitest.CRL) pkitest.CRL {
		c.ThisUpdate = c.ThisUpdate.AddDate(0, -1, 0)
		return c
	}
	undated := u.crl(future)
	undated.NextUpdate, undated.ThisUpdate = time.Time{}, now.AddDate(0, 0, -89)
	stale := undated
	stale.ThisUpdate = now.AddDate(0, 0, -91)
	staleRevoking := u.crl(time.Time{}, 5)
	staleRevoking.ThisUpdate = stale.ThisUpdate
	ahead, tomorrow := u.crl(future), u.crl(future)
	ahead.ThisUpdate, tomorrow.ThisUpdate = now.Add(25*time.Hour), now.Add(23*time.Hour)
	anchors := anchored(t, u.csca.DER, u.next.DER)
	old := func(c pkitest.CRL) []byte { return u.csca.CRL(seeded(1), c) }
	other := func(c pkitest.CRL) []byte { return u.next.CRL(seeded(2), c) }
	for what, test := range map[string]struct {
		lists    [][]byte
		want     string
		findings []string
	}{
		"revoked by its own key, the other's newer list is empty": {[][]byte{old(older(u.crl(future, 5))), other(u.crl(future))}, "fail revoked", nil},
		"the same, its own list has expired":                      {[][]byte{old(older(u.crl(past, 5))), other(u.crl(future))}, "fail revoked", nil},
		"a newer list of the same key counts":                     {[][]byte{old(older(u.crl(future, 5))), old(u.crl(future))}, "pass ", nil},
		"good on both":                                            {[][]byte{old(older(u.crl(future))), other(u.crl(future))}, "pass ", nil},
		"its own list is current, the other's not":                {[][]byte{old(older(u.crl(future))), other(u.crl(past))}, "pass ", nil},
		"the new key's list after the change":                     {[][]byte{old(older(u.crl(past))), other(u.crl(future))}, "pass ", nil},
		"both have expired":                                       {[][]byte{old(older(u.crl(past))), other(u.crl(past))}, "inconclusive crl_expired", nil},
		"no next update, of 89 days":                              {[][]byte{old(undated)}, "pass ", nil},
		"no next update, of 91 days":                              {[][]byte{old(stale)}, "inconclusive crl_expired", nil},
		"no next update, of 91 days, revoked":                     {[][]byte{old(staleRevoking)}, "fail revoked", nil},
		"of the day after tomorrow":                               {[][]byte{old(ahead)}, "inconclusive no_crl", []string{"crl crl_future"}},
		"of tomorrow":                                             {[][]byte{old(tomorrow)}, "pass ", nil},
		"of the future beside one that revokes":                   {[][]byte{old(u.crl(future, 5)), old(ahead)}, "fail revoked", []string{"crl crl_future"}},
	} {
		items := slices.Clone(anchors)
		for _, der := range test.lists {
			items = append(items, trust.Import("list.crl", der, trust.Options{Now: now}).Items...)
		}
		for _, order := range [][]trust.Item{items, reversed(items)} {
			got := store(t, order...).Revocation(parse(t, u.dsc.DER), now)
			require.Equal(t, test.want, got.Verdict.String()+" "+got.Reason, what)
			require.Equal(t, test.findings, codes(got.Findings), what)
		}
	}
	later := trust.Import("list.crl", old(u.crl(future, 5)), trust.Options{Now: now}).Items
	got := store(t, append(anchors, later...)...).Revocation(parse(t, u.dsc.DER), now.AddDate(-1, 0, 0))
	require.Equal(t, trust.ReasonRevoked, got.Reason, "an inspection of the past held against today's list, which is of the material's day")
}

func reversed(items []trust.Item) []trust.Item {
	out := slices.Clone(items)
	slices.Reverse(out)
	return out
}

func TestDefects(t *testing.T) {
	u := newUtopia()
	list := `{"deviations": [
		{"issuer": "UTO", "dsc_serial": "05", "data_group": 2, "defect": "wrong_hash", "text": "DG2 was changed after signing"},
		{"issuer": "UTO", "number_from": "P0001000", "number_to": "P0001999", "defect": "wrong_mrz", "from": "2024-01-01", "to": "2024-06"},
		{"issuer": "uto", "defect": "x"}, {"issuer": "UTO", "defect": "Not a code"}, {"issuer": "UTO", "defect": "x", "colour": "red"},
		{"issuer": "UTO", "defect": "x", "number_from": "9", "number_to": "10"}, {"issuer": "UTO", "defect": "x", "data_group": 17},
		{"issuer": "UTO", "defect": "x", "from": "2025-01-01", "to": "2024-01-01"}, {"issuer": "UTO", "defect": "x", "dsc_serial": "Q"}]}`
	got := trust.Import("defects.json", []byte(list), trust.Options{Now: now, Origin: trust.Bilateral})
	require.Equal(t, trust.FileDeviations, got.Report.Kind)
	require.Equal(t, 2, got.Report.Parsed)
	require.Len(t, got.Report.Refused, 7)
	require.Equal(t, 2, got.Report.Refused[0].Index)
	s := store(t, got.Items...)
	date := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	dsc, other := parse(t, u.dsc.DER), parse(t, u.nextDSC.DER)
	for what, test := range map[string]struct {
		document trust.Document
		want     []string
	}{
		"the signer":               {trust.Document{Issuer: "UTO", DSC: dsc}, []string{"wrong_hash"}},
		"another signer":           {trust.Document{Issuer: "UTO", DSC: other}, nil},
		"signer not known":         {trust.Document{Issuer: "UTO"}, nil},
		"another state":            {trust.Document{Issuer: "XYZ", DSC: dsc, Number: "P0001500"}, nil},
		"the range":                {trust.Document{Issuer: "UTO", Number: "P0001500"}, []string{"wrong_mrz"}},
		"both":                     {trust.Document{Issuer: "UTO", Number: "p0001999<", DSC: dsc}, []string{"wrong_hash", "wrong_mrz"}},
		"above the range":          {trust.Document{Issuer: "UTO", Number: "P0002000"}, nil},
		"a number of other length": {trust.Document{Issuer: "UTO", Number: "P00015000"}, nil},
		"issued in time":           {trust.Document{Issuer: "UTO", Number: "P0001500", Issued: date("2024-06-30")}, []string{"wrong_mrz"}},
		"issued later":             {trust.Document{Issuer: "UTO", Number: "P0001500", Issued: date("2024-07-01")}, nil},
	} {
		defects, listed := s.Defects(test.document)
		require.True(t, listed)
		var found []string
		for _, d := range defects {
			found = append(found, d.Defect)
		}
		require.ElementsMatch(t, test.want, found, what)
	}
	_, listed := store(t).Defects(trust.Document{Issuer: "UTO"})
	require.False(t, listed, "no list is not the same as no hit")
}
