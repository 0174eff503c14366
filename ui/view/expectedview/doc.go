// Package expectedview shows the flights and persons that carriers have announced, and who of them came. It must never show a number that
// is not that of the rows behind it.
package expectedview
