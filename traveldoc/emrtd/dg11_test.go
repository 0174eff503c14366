package emrtd_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

func TestDG11(t *testing.T) {
	d, err := emrtd.ParseDG11(tlv.Write(0x6B,
		tlv.Write(0x5C, []byte{0x5F, 0x0E, 0x5F, 0x0F, 0x5F, 0x2B}),
		emrtdtest.Text(0x5F0E, "MÜLLER<SCHMIDT<<ANNA<MARIA"),
		tlv.Write(0xA0, []byte{2, 1, 2}, emrtdtest.Text(0x5F0F, "ONE<<A"), emrtdtest.Text(0x5F0F, "TWO")),
		emrtdtest.Text(0x5F10, "123456"), emrtdtest.Text(0x5F2B, "19740812"), emrtdtest.Text(0x5F11, "TOWN<UTOPIA"),
		emrtdtest.Text(0x5F42, "1 STREET<TOWN"), emrtdtest.Text(0x5F12, "+1"), emrtdtest.Text(0x5F13, "BAKER"), emrtdtest.Text(0x5F14, "DR"),
		emrtdtest.Text(0x5F15, "S"), tlv.Write(0x5F16, emrtdtest.Picture()), emrtdtest.Text(0x5F17, "A1<B2"), emrtdtest.Text(0x5F18, "C")))
	require.NoError(t, err)
	birth, err := traveldoc.NewDate(1974, 8, 12)
	require.NoError(t, err)
	require.Equal(t, &emrtd.DG11{
		Name:       emrtd.Name{Primary: "MÜLLER SCHMIDT", Secondary: "ANNA MARIA"},
		OtherNames: []emrtd.Name{{Primary: "ONE", Secondary: "A"}, {Primary: "TWO"}}, PersonalNumber: "123456", BirthDate: birth,
		BirthPlace: []string{"TOWN", "UTOPIA"}, Address: []string{"1 STREET", "TOWN"}, Telephone: "+1", Profession: "BAKER", Title: "DR",
		Summary: "S", CitizenshipProof: emrtd.Image{MediaType: "image/jpeg", Data: emrtdtest.Picture()},
		OtherDocuments: []string{"A1", "B2"}, Custody: "C",
	}, d)
}

// Dates come as eight digits and as four packed bytes, and any part may not be known.
func TestDates(t *testing.T) {
	for name, c := range map[string]struct {
		value string
		want  string
		bad   bool
	}{
		"digits":         {"19740812", "1974-08-12", false},
		"packed":         {"\x19\x74\x08\x12", "1974-08-12", false},
		"no day":         {"19740800", "1974-08", false},
		"packed, no day": {"\x19\x74\x08\x00", "1974-08", false},
		"fillers":        {"1974<<<<", "1974", false},
		"nothing":        {"<<<<<<<<", "", false},
		"packed nothing": {"\x00\x00\x00\x00", "", false},
		"no such day":    {"20230229", "", true},
		"letters":        {"1974AUG1", "", true},
		"not packed":     {"\x19\x7A\x08\x12", "", true},
		"six digits":     {"740812", "", true},
		"empty":          {"", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := emrtd.ParseDG11(tlv.Write(0x6B, emrtdtest.Text(0x5F2B, c.value)))
			require.NoError(t, err)
			require.Equal(t, c.want, d.BirthDate.String())
			require.Equal(t, c.bad, len(d.Findings) == 1 && d.Findings[0].Code == emrtd.DateUnreadable)
			require.Equal(t, !c.bad, len(d.Findings) == 0)
		})
	}
}

func TestTexts(t *testing.T) {
	for in, c := range map[string]struct {
		want string
		code emrtd.FindingCode
	}{
		"BAKER":            {"BAKER", ""},
		"BAKER<<<":         {"BAKER", emrtd.Filler},
		"MASTER<BAKER":     {"MASTER BAKER", emrtd.Filler},
		"  A \t B\x00":     {"A B", ""},
		"B\xC4CKER":        {"BÄCKER", emrtd.NotUTF8},
		"\u0645\u062d":     {"\u0645\u062d", ""},
		"":                 {"", ""},
		"\u202e\x7f\x1bX ": {"\u202e X", ""},
	} {
		d, err := emrtd.ParseDG11(tlv.Write(0x6B, emrtdtest.Text(0x5F13, in)))
		require.NoError(t, err)
		require.Equal(t, c.want, d.Profession)
		if c.code == "" {
			require.Empty(t, d.Findings)
		} else {
			require.Equal(t, []emrtd.FindingCode{c.code}, codes(d.Findings))
		}
	}
}

func TestDG11KeepsWhatItDoesNotKnow(t *testing.T) {
	d, err := emrtd.ParseDG11(tlv.Write(0x6B, tlv.Write(0x5C, []byte{0x5F, 0x13, 0x5F, 0x0F}), emrtdtest.Text(0x5F0F, "A<<B"),
		emrtdtest.Text(0x5F77, "x"), tlv.Write(0xA0, []byte{2, 1, 3}, emrtdtest.Text(0x5F0F, "C"), emrtdtest.Text(0x81, ""))))
	require.NoError(t, err)
	require.Equal(t, []emrtd.Element{{Tag: 0x5F77, Value: []byte("x")}}, d.Other)
	require.Equal(t, []emrtd.FindingCode{emrtd.MissingElement, emrtd.UnknownElement, emrtd.UnknownElement, emrtd.CountDiffers}, codes(d.Findings))
	require.Len(t, d.OtherNames, 2)

	_, err = emrtd.ParseDG11(tlv.Write(0x6B, tlv.Write(0x5C, []byte{0x5F})))
	require.ErrorContains(t, err, "list of tags: offset 0: tag cut short")
	_, err = emrtd.ParseDG11(tlv.Write(0x6B, tlv.Write(0x5C, make([]byte, 257))))
	require.ErrorContains(t, err, "list of tags of 257 bytes")
	_, err = emrtd.ParseDG11(tlv.Write(0x6B, tlv.Write(0xA0, []byte{2, 3, 0, 0, 1})))
	require.ErrorContains(t, err, "count of 3 bytes")
}

// A file that was made to give findings without end gives as many as are kept, and says that there were more.
func TestFindingsAreBounded(t *testing.T) {
	d, err := emrtd.ParseDG11(tlv.Write(0x6B, bytes.Repeat(emrtdtest.Text(0x80, ""), tlv.MaxElements)))
	require.NoError(t, err)
	require.Len(t, d.Findings, 64)
	require.Equal(t, emrtd.MoreFindings, d.Findings[63].Code)
	require.Equal(t, "only the first 63 are kept", d.Findings[63].Detail)
}
