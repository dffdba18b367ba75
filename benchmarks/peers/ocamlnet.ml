(* The real Netshm in the benchmark suite: ocamlnet LOCKING, where LOCKING is
   record or none. It understands the commands that benchmarks/README.md lists
   and executes traces as Peers/TraceRun.cs does.

   Tables grow from the default size; their pages just hold a value, but have
   at least the 160 bytes that Netshm demands. *)

open Netshm

type words = (int32, Bigarray.int32_elt, Bigarray.c_layout) Bigarray.Array1.t

let locking =
  match Sys.argv with
  | [| _; "record" |] -> `Record_locking
  | [| _; "none" |] -> `No_locking
  | _ -> failwith "usage: ocamlnet record|none"

let now () =
  let seconds, nanoseconds = Netsys_posix.(clock_gettime CLOCK_MONOTONIC) in
  (int_of_float seconds * 1_000_000_000) + nanoseconds

(* Key and value number i, as Workloads/Records.cs has them. *)

let mask = 0xffffffff

let record_key n =
  let n = ((n lxor (n lsr 16)) * 0x85ebca6b) land mask in
  let n = ((n lxor (n lsr 13)) * 0xc2b2ae35) land mask in
  Int32.of_int (n lxor (n lsr 16))

let template words : words =
  let value = Bigarray.(Array1.create int32 c_layout words) in
  for i = 0 to words - 1 do value.{i} <- Int32.of_int (i * 0x9e3779b1) done;
  value

let stamp (value : words) key =
  value.{Bigarray.Array1.dim value / 2} <- key;
  value.{0} <- key;
  value

let demand is_right key =
  if not is_right then
    failwith (Printf.sprintf "the value of key %ld is missing or wrong" key)

(* The open store. *)

let descriptor = ref None
let opened = ref None
let words = ref 0
let bindings = ref 0
let path = ref ""
let written = ref (template 1)

let table () = match !opened with Some t -> t | None -> failwith "not open"

let page_size words = max 192 (min 4096 ((((6 + words) * 4) + 63) / 64 * 64))

let open_store is_new directory records value_words =
  words := value_words;
  written := template value_words;
  path := Filename.concat directory "table";
  if not is_new then bindings := records;
  let start = now () in
  let flags = if is_new then Unix.[ O_RDWR; O_CREAT; O_EXCL ] else [ Unix.O_RDWR ] in
  let shm = open_shm (`File !path) flags 0o600 in
  descriptor := Some shm;
  opened := Some (manage ~pagesize:(page_size value_words) locking shm);
  Printf.printf "%d\n" (now () - start)

let close_store () =
  Option.iter close_shm !descriptor;
  descriptor := None;
  opened := None;
  print_string "closed\n"

let value_of key = stamp !written key

let read t key =
  let found : words = find t key in
  demand (Bigarray.Array1.dim found = !words && found.{0} = key) key;
  found

let modify t key =
  let value = read t key in
  if !words > 2 then value.{!words - 1} <- Int32.succ value.{!words - 1};
  replace t key value

let iterate t =
  let right = ref 0 in
  iter (fun key (value : words) -> if value.{0} = key then incr right) t;
  demand (!right = !bindings) 0l

(* Traces: pairs of words, read as they are. *)

type trace = { entries : words; length : int; changes_keys : bool }

let load file =
  let fd = Unix.openfile file [ Unix.O_RDONLY ] 0 in
  let mapped = Unix.map_file fd Bigarray.int32 Bigarray.c_layout false [| -1 |] in
  Unix.close fd;
  let entries = Bigarray.array1_of_genarray mapped in
  let length = Bigarray.Array1.dim entries / 2 in
  let changes = ref false in
  for i = 0 to length - 1 do
    if entries.{2 * i} = 2l || entries.{2 * i} = 3l then changes := true
  done;
  { entries; length; changes_keys = !changes }

let argument trace position = trace.entries.{(2 * position) + 1}

(* Does one operation; the position of the next one. *)
let step t trace position =
  let key = argument trace position in
  let many body =
    let count = Int32.to_int key in
    group t (fun () ->
      for i = position + 1 to position + count do body (argument trace i) done) ();
    position + 1 + count in
  match Int32.to_int trace.entries.{2 * position} with
  | 0 -> ignore (read t key); position + 1
  | 1 -> replace t key (value_of key); position + 1
  | 2 -> add t key (value_of key); position + 1
  | 3 -> remove t key; position + 1
  | 4 -> group t (modify t) key; position + 1
  | 5 -> many (fun key -> ignore (read t key))
  | 7 -> iterate t; position + 1
  | _ -> failwith "the trace has no meaning for Ocamlnet"

let undo t trace stop =
  for i = 0 to stop - 1 do
    let key = argument trace i in
    match Int32.to_int trace.entries.{2 * i} with
    | 2 -> remove t key
    | 3 -> add t key (value_of key)
    | _ -> ()
  done

let most_latencies = 1 lsl 20

let save_latencies file latencies count =
  let bytes = Bytes.create (4 * count) in
  for i = 0 to count - 1 do
    Bytes.set_int32_ne bytes (4 * i) (Int32.of_int latencies.(i))
  done;
  let channel = open_out_bin file in
  output_bytes channel bytes;
  close_out channel

let most_between_looks_at_clock = 64

let run trace start milliseconds latency_file =
  let t = table () in
  let is_timed = latency_file <> "-" and is_whole = milliseconds = 0 in
  let limit =
    if not is_timed then max_int else if is_whole then trace.length else most_latencies in
  let latencies = if is_timed then Array.make limit 0 else [||] in
  let start_time = now () in
  let stop_time = if is_whole then max_int else start_time + (milliseconds * 1_000_000) in
  let position = ref start and count = ref 0 and previous = ref start_time and ended = ref false in
  let next_look_at_clock = ref 1 in (* Then 2, 4, 8: a few operations may take longer than the time. *)
  while not !ended do
    position := step t trace !position;
    incr count;
    if is_timed then begin
      let current = now () in
      latencies.(!count - 1) <- current - !previous;
      previous := current
    end else if !count = !next_look_at_clock then begin
      next_look_at_clock := !count + min !count most_between_looks_at_clock;
      if not is_whole then previous := now ()
    end;
    ended := !previous >= stop_time || !count >= limit;
    if !position >= trace.length then
      if is_whole || trace.changes_keys then ended := true else position := 0
  done;
  let nanoseconds = now () - start_time in
  if is_timed then save_latencies latency_file latencies !count;
  if trace.changes_keys && not is_whole then undo t trace !position;
  Printf.printf "%d %d 0\n" !count nanoseconds

let fill count =
  let start = now () in
  let t = table () in
  for i = 0 to count - 1 do
    let key = record_key i in
    add t key (value_of key)
  done;
  bindings := count;
  Printf.printf "%d\n" (now () - start)

let verify () =
  let t = table () in
  let expected = template !words in
  for i = 0 to !bindings - 1 do
    let key = record_key i in
    let found = read t key and expected = stamp expected key in
    let compared = if !words > 2 then !words - 1 else !words in
    for word = 0 to compared - 1 do demand (found.{word} = expected.{word}) key done
  done;
  print_string "right\n"

let traces = Hashtbl.create 16

let trace_of file =
  match Hashtbl.find_opt traces file with
  | Some trace -> trace
  | None ->
    let trace = load file in
    Hashtbl.add traces file trace;
    trace

let () =
  try
    while true do
      (match String.split_on_char ' ' (read_line ()) with
       | [ "open"; how; directory; records; words ] ->
         open_store (how = "new") directory (int_of_string records) (int_of_string words)
       | [ "fill"; count ] -> fill (int_of_string count)
       | [ "verify" ] -> verify ()
       | [ "run"; file; start; milliseconds; _threads; latencies ] ->
         run (trace_of file) (int_of_string start) (int_of_string milliseconds) latencies
       | [ "bytes" ] -> Printf.printf "%d\n" (Unix.stat !path).Unix.st_size
       | [ "close" ] -> close_store ()
       | _ -> failwith "unknown command");
      flush stdout
    done
  with End_of_file -> ()
