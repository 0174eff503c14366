package sbi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

// BenchmarkAnswer verifies and decodes four fingers in WSQ: what a capture costs the station before anything is compared.
func BenchmarkAnswer(b *testing.B) {
	m, r := newMaker(b, nil), request(rightFour()...)
	image := synthetic.NewFinger(7, synthetic.Options{}).Impression(synthetic.Pose{})
	all := given(rightFour()...)
	for i := range all {
		record, err := fir.Encode(fir.Print{Image: image, Position: all[i].Position, Compression: fir.WSQ, Captured: noon()})
		require.NoError(b, err)
		all[i].Record, err = record.MarshalBinary()
		require.NoError(b, err)
	}
	body := m.body(b, r, all, nil)
	v := m.verifier()
	v.Decode = sbi.DecodeFIR
	for b.Loop() {
		a, err := v.Answer(reader(), r, body)
		require.NoError(b, err)
		require.Len(b, a.Prints, 4)
	}
}
