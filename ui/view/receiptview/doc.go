// Package receiptview draws receipts and what verification says of them. It must never print a person's data into a page's title, nor
// show anything but "genuine" in green.
package receiptview
