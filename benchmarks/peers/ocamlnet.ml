(* The real Netshm's part of the benchmark `ocamlnet`; Netshm.Benchmarks runs it.

   For each line "PATH LOCKING INIT COUNT" (LOCKING is none or record, INIT may
   be -) it creates a table, adds COUNT bindings, finds COUNT times and replaces
   COUNT times, and answers the nanoseconds per operation of each phase. Keys,
   values and order are those of Workload.cs. *)

open Netshm

let mask = 0xffffffff

(* MurmurHash3's final mixer: a bijection of the 32-bit numbers. *)
let mix n =
  let n = ((n lxor (n lsr 16)) * 0x85ebca6b) land mask in
  let n = ((n lxor (n lsr 13)) * 0xc2b2ae35) land mask in
  n lxor (n lsr 16)

let value_length = 8
let key index = Int32.of_int (mix index)
let value index = bigarray (Array.init value_length (fun word -> index + word))
let visited count = Array.init count (fun turn -> mix (turn + count) mod count)

let nanoseconds_each count body =
  let start = Unix.gettimeofday () in
  body ();
  (Unix.gettimeofday () -. start) *. 1e9 /. float count

let check index found =
  if Bigarray.Array1.dim found <> value_length
  || found.{value_length - 1} <> Int32.of_int (index + value_length - 1)
  then failwith "a value is wrong"

let run path locking init count =
  let flags = [ Unix.O_RDWR; Unix.O_CREAT; Unix.O_EXCL ] in
  let memory = open_shm (`File path) flags 0o600 in
  let t = manage ?init locking memory in
  let keys = Array.init count key and values = Array.init count value in
  let visited = visited count in
  let add_all () = Array.iteri (fun i k -> add t k values.(i)) keys in
  let find_all () =
    Array.iter (fun i -> check i (find t keys.(i))) visited in
  let replace_all () =
    Array.iter (fun i -> replace t keys.(i) values.(i)) visited in
  let add_time = nanoseconds_each count add_all in
  let find_time = nanoseconds_each count find_all in
  let replace_time = nanoseconds_each count replace_all in
  close_shm memory;
  Printf.printf "%.1f %.1f %.1f\n%!" add_time find_time replace_time

let () =
  try
    while true do
      match String.split_on_char ' ' (read_line ()) with
      | [ path; locking; init; count ] ->
        let locking =
          if locking = "record" then `Record_locking else `No_locking in
        let init = if init = "-" then None else Some (int_of_string init) in
        run path locking init (int_of_string count)
      | _ -> failwith "expected PATH LOCKING INIT COUNT"
    done
  with End_of_file -> ()
