// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Tokens that stakers have deposited
/// @notice The local network chooses its validators without looking at stakes; whoever wants to stake can.
contract StakingBalances {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    uint256 public totalStaked;
    mapping(address staker => uint256) public balanceOf;

    event Staked(address indexed staker, uint256 amount);
    event Withdrawn(address indexed staker, uint256 amount);

    constructor(IERC20 stakingToken) {
        token = stakingToken;
    }

    function stake(uint256 amount) external {
        balanceOf[msg.sender] += amount;
        totalStaked += amount;
        token.safeTransferFrom(msg.sender, address(this), amount);
        emit Staked(msg.sender, amount);
    }

    function withdraw(uint256 amount) external {
        require(balanceOf[msg.sender] >= amount, "Not that much staked");
        balanceOf[msg.sender] -= amount;
        totalStaked -= amount;
        token.safeTransfer(msg.sender, amount);
        emit Withdrawn(msg.sender, amount);
    }
}
