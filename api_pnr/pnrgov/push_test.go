package pnrgov_test

import (
	"fmt"
	"strings"
)

// Invented people and carriers (ZZ, YY are nobody's).
var (
	surnames = [...]string{"ARAMBURO", "BELQADI", "CASTELLAN", "DRUMMOND", "ESKELUND", "FONTAINHA", "GROENEWEGEN", "HALVORSRUD", "IBARGUREN"}
	givens   = [...]string{"ANNEMR", "BOLDIZSARMR", "CLELIAMRS", "DAGMARMRS", "EVARISTOMR", "FERELITHMISS"}
)

// pushOf is a full push of one message with n reservations of two travellers, three legs, bags and a history.
func pushOf(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "UNA:+.?*'\nUNB+IATA:1+ZZ+STATE+261201:0800+PUSH01'\nUNH+1+PNRGOV:11:1:IA+ZZ0123'\nMSG+:22'\nORG+ZZ:XAA'\n"+
		"TVL+031226:0915:031226:1230+XAA+XBB+ZZ+0123'\nEQN+%d'\n", n)
	for i := range n {
		b.WriteString(recordOf(i))
	}
	fmt.Fprintf(&b, "UNT+%d+1'\nUNZ+1+PUSH01'\n", segmentsOf(b.String()))
	return b.String()
}

// segmentsOf counts the segments of the one message in a text, with the UNT that is to follow.
func segmentsOf(text string) int {
	return strings.Count(text[strings.Index(text, "UNH+"):], "'\n") + 1
}

func recordOf(i int) string {
	one, two := surnames[i%len(surnames)], surnames[(i+4)%len(surnames)]
	first, second := givens[i%len(givens)], givens[(i+1)%len(givens)]
	bare := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(first, "MRS"), "MISS"), "MR")
	return fmt.Sprintf(`SRC'
RCI+ZZ:%[1]s::011126:0930'
SSR+OTHS:HK::ZZ:::::PLS ADV TKT NUMBER'
DAT+700:201126:1010+710:021126:1200'
IFT+4:28::ZZ+CTCT XAA 00442079460%03[2]d'
ORG+ZZ:XAA+52519950:XAA+++T+GB:GBP+A78987'
ADD++702:4%[2]d HIGH STREET:SLOUGH:BERKSHIRE::GB:SL1 1AA:00441753637285'
TIF+%[3]s+%[4]s:A:1'
FTI+ZZ:12345%04[2]d:::ELITE'
IFT+4:15:9+XAA ZZ XBB ZZ XCC GBP/IT END ROE0.618831 XT3.10AY6 8.50YQ3.40+YC4.30XY3.10XA2.80XFXAA4.5'
REF+:38739393AN%04[2]dP'
SSR+DOCS:HK:1:ZZ:::::/P/GBR/7%06[2]d/GBR/12JUL64/M/23AUG29/%[3]s/%[7]s/ROBIN+::1'
SSR+CTCE:HK:1:ZZ:::::%[7]s..%[3]s//EXAMPLE.TEST+::1'
TKT+99921202%05[2]d:T:1'
MON+B:2888.00:GBP+T:2957.94:GBP'
PTK+NR++021126:1010+ZZ+006+XAA'
TXD++3.10:::AY6+8.50:::YQ+3.40:::YC+4.30:::XY+3.10:::XA+2.80:::XF'
DAT+710:021126:1200'
FOP+CC:::VI:XXXXXXXX1186:0229'
IFT+4:43+%[3]s %[7]s+2234 MAIN STREET SLOUGH+00441753637285'
TIF+%[5]s+%[6]s:A:2'
REF+:38739393AN%04[2]dQ'
SSR+DOCS:HK:1:ZZ:::::/P/GBR/8%06[2]d/GBR/02FEB81/F/03MAR30/%[5]s/%[6]s+::2'
TKT+99921203%05[2]d:T:1'
MON+B:2888.00:GBP+T:2957.94:GBP'
FOP+CA::2957.94'
TVL+031226:0915:031226:1230+XAA+XBB+ZZ+0123:B'
RPI+2+HK'
APD+767'
SSR+SEAT:HK:2:ZZ:::XAA:XBB+015A::1+015B::2'
RCI+ZZ:%[1]s'
DAT+2:021226:0915'
TRI++108:::1'
TIF+%[3]s+%[4]s:A:1'
SSD+15A++++Y'
TBD++2:34:700+++ZZ:0447%04[2]d:2:XCC'
TRI++109:::2'
TIF+%[5]s+%[6]s:A:2'
SSD+15B++++Y'
TVL+031226:2200:041226:0130+XBB+XCC+ZZ+0330:B'
RPI+2+HK'
SSR+SEAT:HK:2:ZZ:::XBB:XCC+21C::1+21D::2'
TVL+201226:1000::1330+XCC+XAA+ZZ:YY+0331:B'
TVL+++++0624:M'
RPI+2+HK'
ABI+1+:XAARR+XAA++ZZ'
DAT+ZT:031126:1010'
SAC+++X'
TVL+021226:0915::1230+XAA+XBB+ZZ+0123:B'
RPI+2+K'
SAC+++A'
TVL+031226:0915::1230+XAA+XBB+ZZ+0123:B'
LTS+0/O/NM/%[3]s/%[4]s'
`, locatorOf(i), i%10000, one, first, two, second, bare)
}

func locatorOf(i int) string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	out := []byte("QAAAAA")
	for at := len(out) - 1; at > 0; at-- {
		out[at] = letters[i%len(letters)]
		i /= len(letters)
	}
	return string(out)
}
