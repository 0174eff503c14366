package emrtd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

func integer(n byte) []byte { return []byte{2, 1, n} }

func TestDG14(t *testing.T) {
	spki := tlv.Write(0x30, []byte{5, 0})
	infos := [][]byte{
		emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.4.2.2", integer(2), integer(13)),
		emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.4.6.4", integer(2)),
		emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.4.2", tlv.Write(0x30)),
		emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.3.2.4", integer(1), integer(7)),
		emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.3.2", tlv.Write(0x30)),
		emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.1.2", spki, integer(7)),
		emrtdtest.SecurityInfo("2.23.136.1.1.5", integer(1), emrtdtest.OID("0.4.0.127.0.7.1.1.4.1.3")),
		emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.2", integer(1)),
		emrtdtest.SecurityInfo("1.2.3.4", integer(1)),
	}
	d, err := emrtd.ParseDG14(emrtdtest.DG14(infos...))
	require.NoError(t, err)
	require.Empty(t, d.Findings)
	require.Equal(t, []emrtd.PACEInfo{
		{Protocol: "0.4.0.127.0.7.2.2.4.2.2", Mapping: "ecdh-gm", Cipher: "aes-cbc-cmac-128", Version: 2, Parameter: 13},
		{Protocol: "0.4.0.127.0.7.2.2.4.6.4", Mapping: "ecdh-cam", Cipher: "aes-cbc-cmac-256", Version: 2, Parameter: -1},
	}, d.PACE)
	require.Equal(t, []emrtd.ChipAuthenticationInfo{
		{Protocol: "0.4.0.127.0.7.2.2.3.2.4", Agreement: "ecdh", Cipher: "aes-cbc-cmac-256", Version: 1, KeyID: 7},
	}, d.Chip)
	require.Equal(t, []emrtd.ChipAuthenticationKey{{Protocol: "0.4.0.127.0.7.2.2.1.2", Agreement: "ecdh", SPKI: spki, KeyID: 7}}, d.ChipKeys)
	require.Equal(t, &emrtd.ActiveAuthenticationInfo{Version: 1, Algorithm: "0.4.0.127.0.7.1.1.4.1.3"}, d.Active)
	require.Len(t, d.Terminal, 1)
	require.Len(t, d.PACEDomains, 1)
	require.Equal(t, "1.2.3.4", d.Other[1].Protocol)
	require.Equal(t, infos[8], d.Other[1].Raw)

	same, err := emrtd.ParseCardAccess(tlv.Write(0x31, infos...))
	require.NoError(t, err)
	require.Equal(t, d, same)
}

// One SecurityInfo that is broken does not touch the others, and is kept.
func TestBrokenSecurityInfo(t *testing.T) {
	good := emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.4.2.2", integer(2), integer(13))
	for name, broken := range map[string][]byte{
		"no protocol":    tlv.Write(0x30, integer(1)),
		"no version":     emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.4.2.2"),
		"odd version":    emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.3.2.4", []byte{2, 1, 0xFF}),
		"odd parameter":  emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.4.2.2", integer(2), []byte{2, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
		"no key":         emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.1.2", integer(1)),
		"no algorithm":   emrtdtest.SecurityInfo("2.23.136.1.1.5", integer(1)),
		"odd identifier": tlv.Write(0x30, []byte{6, 2, 0x81, 0x80}),
	} {
		d, err := emrtd.ParseDG14(emrtdtest.DG14(broken, good))
		require.NoError(t, err, name)
		require.Len(t, d.PACE, 1, name)
		require.Equal(t, broken, d.Other[0].Raw, name)
		if name != "odd identifier" {
			require.Equal(t, []emrtd.FindingCode{emrtd.Malformed}, codes(d.Findings), name)
		}
	}
	_, err := emrtd.ParseDG14(tlv.Write(0x6E, good))
	require.ErrorContains(t, err, "expected a SET")
	_, err = emrtd.ParseDG14(emrtdtest.DG14(integer(1)))
	require.ErrorContains(t, err, "SecurityInfo 1: expected a SEQUENCE")
	many := make([][]byte, 65)
	for i := range many {
		many[i] = good
	}
	_, err = emrtd.ParseDG14(emrtdtest.DG14(many...))
	require.ErrorContains(t, err, "at most 64")
}

func TestSecurityInfosInBER(t *testing.T) {
	info := emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.4.2.2", integer(2), integer(13))
	ber := append(append([]byte{0x31, 0x80}, info...), 0, 0)
	d, err := emrtd.ParseDG14(tlv.Write(0x6E, ber))
	require.NoError(t, err)
	require.Equal(t, []emrtd.FindingCode{emrtd.BEREncoding}, codes(d.Findings))
	require.Len(t, d.PACE, 1)
	d, err = emrtd.ParseCardAccess(append(tlv.Write(0x31, info), 0, 0, 0))
	require.NoError(t, err, "chips pad the file")
	require.Len(t, d.PACE, 1)
	require.Equal(t, []emrtd.FindingCode{emrtd.TrailingBytes}, codes(d.Findings))
}
