package pipeline

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the algorithm that Community ID prescribes
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javatext"
)

// communityProcessor is `community_id`: Community ID Flow Hashing, version 1.
type communityProcessor struct {
	fields        [flowFields]event.Path
	target        event.Path
	seed          int
	ignoreMissing bool
}

// The parts of a flow, in the order that Painless's Processors.communityId has them.
const (
	flowSource = iota
	flowDestination
	flowNumber
	flowTransport
	flowSourcePort
	flowDestinationPort
	flowICMPType
	flowICMPCode
	flowFields
)

var flowOptions = [flowFields]struct{ option, field string }{
	flowSource:          {"source_ip", "source.ip"},
	flowDestination:     {"destination_ip", "destination.ip"},
	flowNumber:          {"iana_number", "network.iana_number"},
	flowTransport:       {"transport", "network.transport"},
	flowSourcePort:      {"source_port", "source.port"},
	flowDestinationPort: {"destination_port", "destination.port"},
	flowICMPType:        {"icmp_type", "icmp.type"},
	flowICMPCode:        {"icmp_code", "icmp.code"},
}

func newCommunityID(o *options) processor {
	p := &communityProcessor{target: o.optionalPath("target_field", event.MustPath("network.community_id")), ignoreMissing: o.flag("ignore_missing", true)}
	for i, f := range flowOptions {
		p.fields[i] = o.optionalPath(f.option, event.MustPath(f.field))
	}
	if s := o.optionalText("seed", "0"); o.err == nil {
		var err error
		if p.seed, err = strconv.Atoi(s); err != nil || p.seed < 0 || p.seed > 65535 {
			o.fail(o.node.get("seed"), "[seed] must be a value between 0 and 65535")
		}
	}
	return p
}

var errNoFlow = errors.New("unable to construct flow from document")

// flowPart is a part of a flow as it was found.
type flowPart struct {
	text  string // "" when it is missing
	kind  event.Kind
	whole int32 // of a number, cut as Java cuts
}

func textPart(s string) flowPart {
	if s == "" {
		return flowPart{}
	}
	return flowPart{text: s, kind: event.String}
}

func (p *communityProcessor) run(r *Runner) error {
	flow := flow{part: func(i int) (flowPart, error) { return p.part(r, i) }}
	id, err := flow.id(p.seed)
	if errors.Is(err, errNoFlow) && p.ignoreMissing {
		return nil
	}
	if err != nil {
		return err
	}
	return r.ev.Set(p.target, r.ev.Text(id))
}

// part reads a field. Number and ICMP may always be missing.
func (p *communityProcessor) part(r *Runner, i int) (flowPart, error) {
	v, err := r.ev.Resolve(p.fields[i])
	switch {
	case err != nil && !p.ignoreMissing && i != flowNumber && i != flowICMPType && i != flowICMPCode:
		return flowPart{}, err
	case err != nil || v.IsNull():
		return flowPart{}, nil
	case i <= flowDestination && v.Kind() != event.String:
		return flowPart{}, fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.lang.String]", p.fields[i], v.Kind().JavaClass())
	}
	part := flowPart{text: string(r.text(v)), kind: v.Kind()}
	switch v.Kind() {
	case event.Int, event.Long:
		part.whole = int32(v.Int()) //nolint:gosec // as Java's intValue
	case event.Float, event.Double:
		part.whole = int32(min(max(saturated(v.Float()), math.MinInt32), math.MaxInt32)) //nolint:gosec // is in range
	}
	return part, nil
}

// communityID hashes a flow; a part that is "" is missing.
func communityID(args [flowFields]string, seed int) (string, error) {
	flow := flow{part: func(i int) (flowPart, error) { return textPart(args[i]), nil }}
	return flow.id(seed)
}

// flow asks for its parts one by one, as what comes first decides which are needed.
type flow struct {
	part func(i int) (flowPart, error)
}

func (f *flow) id(seed int) (string, error) {
	source, destination, err := f.addresses()
	if err != nil {
		return "", err
	}
	protocol, err := f.protocol()
	if err != nil {
		return "", err
	}
	ports, hasPorts, oneWay, err := f.ports(protocol)
	if err != nil {
		return "", err
	}
	a, b := source.AsSlice(), destination.AsSlice()
	// as numbers, so that an IPv4 address is below most IPv6 addresses
	order := bytes.Compare(widened(source), widened(destination))
	if !oneWay && (order > 0 || order == 0 && ports[0] >= ports[1]) {
		a, b = b, a
		ports[0], ports[1] = ports[1], ports[0]
	}
	text := binary.BigEndian.AppendUint16(nil, uint16(seed)) //nolint:gosec // was checked
	text = append(append(append(text, a...), b...), protocol, 0)
	for _, port := range ports {
		if !hasPorts {
			break
		}
		if port < 0 || port > 65535 {
			return "", fmt.Errorf("number [%d] must be a value between 0 and 65535", port)
		}
		text = binary.BigEndian.AppendUint16(text, uint16(port))
	}
	sum := sha1.Sum(text) //nolint:gosec // see above
	return "1:" + base64.StdEncoding.EncodeToString(sum[:]), nil
}

func (f *flow) addresses() (source, destination netip.Addr, err error) {
	from, err := f.part(flowSource)
	if err != nil {
		return source, destination, err
	}
	to, err := f.part(flowDestination)
	if err != nil {
		return source, destination, err
	}
	if from.kind == event.Missing || to.kind == event.Missing {
		return source, destination, errNoFlow
	}
	if source, err = parseIP(from.text); err == nil {
		destination, err = parseIP(to.text)
	}
	return source, destination, err
}

// parseIP reads an address as Elasticsearch does, with its words for what is none.
func parseIP(s string) (netip.Addr, error) {
	a, ok := javatext.ParseAddr(s)
	if !ok {
		return a, fmt.Errorf("'%s' is not an IP string literal.", s) //nolint:staticcheck // Elasticsearch's text
	}
	return a, nil
}

// widened is the address as a number of 16 bytes.
func widened(a netip.Addr) []byte {
	b := a.AsSlice()
	return append(make([]byte, 16-len(b), 16), b...)
}

const (
	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58
	protocolSCTP   = 132
)

var transports = map[string]byte{
	"icmp": protocolICMP, "igmp": 2, "tcp": protocolTCP, "udp": protocolUDP, "gre": 47, "ipv6-icmp": protocolICMPv6,
	"icmpv6": protocolICMPv6, "eigrp": 88, "ospf": 89, "pim": 103, "sctp": protocolSCTP,
}

func (f *flow) protocol() (byte, error) {
	part, err := f.part(flowNumber)
	if err == nil && part.kind == event.Missing {
		part, err = f.part(flowTransport)
	}
	if err != nil {
		return 0, err
	}
	n := part.whole
	switch part.kind {
	case event.Missing:
		return 0, errNoFlow
	case event.String:
		if n, ok := transports[strings.ToLower(part.text)]; ok {
			return n, nil
		}
		parsed, err := strconv.ParseInt(part.text, 10, 32)
		if err != nil {
			return 0, fmt.Errorf("could not convert string [%s] to transport protocol", part.text)
		}
		n = int32(parsed)
	case event.Int, event.Long, event.Float, event.Double:
	default:
		return 0, fmt.Errorf("could not convert value of type [%s] to transport protocol", part.kind.JavaClass())
	}
	if n < 0 || n >= 255 {
		return 0, fmt.Errorf("invalid transport protocol number [%d]", n)
	}
	return byte(n), nil
}

// ports are the ports of a flow, or what stands for them. A flow that is one way keeps its direction.
func (f *flow) ports(protocol byte) (ports [2]int32, has, oneWay bool, err error) {
	switch protocol {
	case protocolTCP, protocolUDP, protocolSCTP:
		if ports[0], err = f.port(flowSourcePort, "source port"); err == nil {
			ports[1], err = f.port(flowDestinationPort, "destination port")
		}
		return ports, true, false, err
	case protocolICMP, protocolICMPv6:
		typ, _, err := f.number(flowICMPType, "icmp type")
		if err != nil {
			return ports, false, false, err
		}
		code, _, err := f.number(flowICMPCode, "icmp code")
		if err != nil {
			return ports, false, false, err
		}
		pairs := icmpPairs
		if protocol == protocolICMPv6 {
			pairs = icmpv6Pairs
		}
		if answer, ok := pairs[typ]; ok {
			return [2]int32{typ, answer}, true, false, nil
		}
		return [2]int32{typ, code}, true, true, nil
	}
	return ports, false, false, nil
}

// A request of ICMP and its answer, by type.
var (
	icmpPairs   = map[int32]int32{0: 8, 8: 0, 9: 10, 10: 9, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17}
	icmpv6Pairs = map[int32]int32{128: 129, 129: 128, 130: 131, 131: 130, 133: 134, 134: 133, 135: 136, 136: 135, 139: 140, 140: 139, 144: 145, 145: 144}
)

// number is 0 when it is missing.
func (f *flow) number(i int, what string) (n int32, text string, err error) {
	part, err := f.part(i)
	if err != nil {
		return 0, "", err
	}
	switch part.kind {
	case event.Missing:
		return 0, "null", nil
	case event.Int, event.Long, event.Float, event.Double:
		return part.whole, part.text, nil
	case event.String:
		if n, err := strconv.ParseInt(part.text, 10, 32); err == nil {
			return int32(n), part.text, nil
		}
	}
	return 0, "", fmt.Errorf("unable to parse %s [%s]", what, part.text)
}

func (f *flow) port(i int, what string) (int32, error) {
	n, text, err := f.number(i, what)
	if err == nil && (n < 1 || n > 65535) {
		err = fmt.Errorf("invalid %s [%s]", what, text)
	}
	return n, err
}
